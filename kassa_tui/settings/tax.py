"""What a tax regime of the club means on a receipt of a certain day.

IZI names a regime by one code that mixes the tax system (1055) with the VAT rate (1199).
Kassa knows those codes and their likes for 22 %, 5 % and 7 %; a code it does not know is
kept, and nothing is printed with it until the club maps it: a guess here is a wrong receipt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field, PlainSerializer

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.settings.fields import Section, did_you_mean, one_of
from kassa_tui.settings.problems import shown
from kassa_tui.words import _


class Purpose(StrEnum):
    """Which of the three tax settings a line of a receipt goes by."""

    TOP_UP = "top_up"
    """Money onto a balance, and its return: an advance (1214 = 3)."""
    SERVICES = "services"
    GOODS = "goods"


TAX_SYSTEMS = {
    "general": TaxSystem.GENERAL,
    "simplified_income": TaxSystem.SIMPLIFIED_INCOME,
    "simplified_income_minus_expenses": TaxSystem.SIMPLIFIED_INCOME_MINUS_EXPENSES,
    "agricultural": TaxSystem.AGRICULTURAL,
    "patent": TaxSystem.PATENT,
}
"""Names of the file. The imputed income system was abolished in 2021."""

VAT_RATES = {
    "none": VatRate.NO_VAT,
    "0": VatRate.VAT_0,
    "5": VatRate.VAT_5,
    "7": VatRate.VAT_7,
    "10": VatRate.VAT_10,
    "20": VatRate.VAT_20,
    "22": VatRate.VAT_22,
    "5/105": VatRate.VAT_5_105,
    "7/107": VatRate.VAT_7_107,
    "10/110": VatRate.VAT_10_110,
    "20/120": VatRate.VAT_20_120,
    "22/122": VatRate.VAT_22_122,
}
"""Names of the file."""

_SYSTEM_NAMES = {system: name for name, system in TAX_SYSTEMS.items()}
_RATE_NAMES = {rate: name for name, rate in VAT_RATES.items()}


class TaxPair(Section):
    """A regime said outright."""

    tax_system: Annotated[
        TaxSystem, one_of(TAX_SYSTEMS), PlainSerializer(_SYSTEM_NAMES.get, return_type=str)
    ]
    """1055."""
    vat_rate: Annotated[
        VatRate, one_of(VAT_RATES), PlainSerializer(_RATE_NAMES.get, return_type=str)
    ]
    """1199; 20 % and 22 % both stand for the main rate of the day."""


TaxCode: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]
"""A code of IZI, known or not."""

_RATES_BY_SUFFIX = {
    "5": VatRate.VAT_5,
    "7": VatRate.VAT_7,
    "22": VatRate.VAT_22,
    "5_105": VatRate.VAT_5_105,
    "7_107": VatRate.VAT_7_107,
    "22_122": VatRate.VAT_22_122,
}


def _known_codes() -> dict[str, TaxPair]:
    general, patent = TaxSystem.GENERAL, TaxSystem.PATENT
    simplified = {
        "USN_INCOME": TaxSystem.SIMPLIFIED_INCOME,
        "USN_INCOME_EXPENSE": TaxSystem.SIMPLIFIED_INCOME_MINUS_EXPENSES,
    }
    pairs = {
        "PSN": (patent, VatRate.NO_VAT),
        "USN_INCOME": (TaxSystem.SIMPLIFIED_INCOME, VatRate.NO_VAT),
        "USN_INCOME_EXPENSE": (TaxSystem.SIMPLIFIED_INCOME_MINUS_EXPENSES, VatRate.NO_VAT),
        # 1055 has no bit for the automated system: the practice is the bit of its variant.
        "AUSN_INCOME": (TaxSystem.SIMPLIFIED_INCOME, VatRate.NO_VAT),
        "AUSN_INCOME_EXPENSE": (TaxSystem.SIMPLIFIED_INCOME_MINUS_EXPENSES, VatRate.NO_VAT),
        "OSNO_20": (general, VatRate.VAT_20),
        "OSNO_10": (general, VatRate.VAT_10),
        "OSNO_0": (general, VatRate.VAT_0),
        "OSNO_20_120": (general, VatRate.VAT_20_120),
        "OSNO_10_110": (general, VatRate.VAT_10_110),
        "OSNO_22": (general, VatRate.VAT_22),
        "OSNO_22_122": (general, VatRate.VAT_22_122),
    } | {
        f"{name}_{suffix}": (system, rate)
        for name, system in simplified.items()
        for suffix, rate in _RATES_BY_SUFFIX.items()
    }
    return {
        code: TaxPair(tax_system=system, vat_rate=rate) for code, (system, rate) in pairs.items()
    }


KNOWN_CODES: Mapping[str, TaxPair] = _known_codes()
"""IZI's codes that say everything (page fiscal-receipt-russia), and ours for the rates that
IZI has no codes for."""

AMBIGUOUS_CODES = frozenset(f"USN_{suffix}" for suffix in _RATES_BY_SUFFIX)
"""Codes that do not tell income from income minus expenses; IZI has `USN_5` and `USN_7`."""


class TaxRegimeError(ValueError):
    """A regime gives no tax system and rate; nothing may be printed with it.

    Attributes:
        code: The regime, as the club or the CRM named it.
        key: The setting that it stands for, e.g. `tax.services`.
    """

    def __init__(self, message: str, code: str, key: str) -> None:
        super().__init__(f"{key}: {message}")
        self.message = message
        self.code = code
        self.key = key


class UnmappedTaxCode(TaxRegimeError):
    """Nobody has said what this code means."""

    def __init__(self, code: str, key: str) -> None:
        if code in AMBIGUOUS_CODES:
            why = _("tax code {code} does not tell income from income minus expenses")
            hint = ""
        else:
            why = _("unknown tax code {code}")
            hint = did_you_mean(code, KNOWN_CODES)
        todo = _("nothing is printed with it until [tax.mapping] says what it means")
        super().__init__(f"{why.format(code=shown(code))}; {todo}{hint}", code, key)


class RateNotInForce(TaxRegimeError):
    """The rate did not exist on the day of the settlement."""

    def __init__(self, rate: VatRate, on: date, code: str, key: str) -> None:
        message = _("VAT rate {rate} was not in force on {day}").format(
            rate=_RATE_NAMES[rate], day=on.isoformat()
        )
        super().__init__(message, code, key)
        self.rate = rate
        self.on = on


_MAIN_RATE = (
    (VatRate.VAT_20, VatRate.VAT_22),
    (VatRate.VAT_20_120, VatRate.VAT_22_122),
)
"""Names of one and the same rate in their years; law 425-FZ changed the number, and with it
what a club's setting of 2025 means."""

_CALCULATED = {
    plain: calculated
    for plain in VatRate
    for calculated in VatRate
    if calculated.calculated and not plain.calculated and plain.percent == calculated.percent
}
"""The rate of an advance for each rate of a payer of VAT (tax code, article 164 item 4)."""


_NOTHING_MAPPED: Mapping[str, TaxPair] = {}


def resolve(
    regime: TaxCode | TaxPair,
    on: date,
    purpose: Purpose,
    mapping: Mapping[str, TaxPair] = _NOTHING_MAPPED,
) -> tuple[TaxSystem, VatRate]:
    """Tax system (1055) and rate (1199) of a settlement of the day `on`.

    A document that refers to an earlier settlement (a return, a correction, the payment of
    a credit) gives that settlement's day, and so gets the rate of that day. An advance gets
    the calculated rate. A calculated rate which the club chose for services or goods stays:
    rare, but lawful.

    `mapping` is what the club says of codes, and goes before what Kassa knows.

    Raises:
        UnmappedTaxCode: The code is unknown or says too little.
        RateNotInForce: The rate did not exist on that day.
    """
    key = f"tax.{purpose.value}"
    if isinstance(regime, TaxPair):
        pair, code = regime, _RATE_NAMES[regime.vat_rate]
    else:
        found = mapping.get(regime) or KNOWN_CODES.get(regime)
        if found is None:
            raise UnmappedTaxCode(regime, key)
        pair, code = found, regime
    rate = pair.vat_rate
    if purpose is Purpose.TOP_UP:
        rate = _CALCULATED.get(rate, rate)
    candidates = next((names for names in _MAIN_RATE if rate in names), (rate,))
    for candidate in candidates:
        if candidate.is_valid_on(on):
            return pair.tax_system, candidate
    raise RateNotInForce(rate, on, code, key)
