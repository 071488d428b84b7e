"""Fiscal settings of a club. Numbers in the docstrings are FFD tags."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kassa_tui.izi.models.transaction import PaymentMethod, TaxClass
from kassa_tui.izi.values import Flag, Inn, Name, Number, OpenEnum, Text, Wire


class Adapter(OpenEnum):
    """Who prints for the CRM itself."""

    KKM = "kkm"
    NONE = "none"


class TaxRegime(Wire):
    """The regime of one class of money. A code that the CRM cannot map has no numbers."""

    code: Name
    """`USN_INCOME`, `PSN`, ...: an open list."""
    taxation_type: Number | None = None
    """1055."""
    nds: Number | None = None
    """1199."""


class TaxRegimes(Wire):
    top_up: TaxRegime
    services: TaxRegime
    goods: TaxRegime

    def of_class(self, tax_class: TaxClass) -> TaxRegime:
        """The regime of a line."""
        return self.goods if tax_class is TaxClass.GOODS else self.services


class Ofd(Wire):
    """The fiscal data operator of the club."""

    name: Name
    """1046."""
    inn: Inn
    """1017."""
    fns_url: Text | None = None
    """1060."""


class Terminal(Wire):
    enabled: Flag = False
    terminal_id: Name | None = None


class FiscalSettings(Wire):
    fiscal_enabled: Flag
    adapter: Adapter
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "RU"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "RUB"
    utc_offset: Annotated[str, Field(pattern=r"^[+-][0-9]{2}:[0-9]{2}$")]
    user: Name
    """1048, the legal entity."""
    user_inn: Inn
    """1018."""
    retail_place: Name
    """1187."""
    retail_place_address: Name
    """1009."""
    operator: Name | None = None
    """1021."""
    operator_inn: Inn | None = None
    """1203."""
    ofd: Ofd | None = None
    terminal: Terminal = Terminal()
    tax: TaxRegimes
    payment_methods: tuple[PaymentMethod, ...]
    fiscalise_balance_charges: Flag = True
    """False: what is paid from the balance alone gets no receipt of its own."""
    require_counted_cash: Flag = True
    version: Number = 1
