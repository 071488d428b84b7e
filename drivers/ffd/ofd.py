"""Where a buyer sees a receipt on the site of the fiscal data operator (`operators.tsv`).

The operator is told by its INN (1017); its name (1046) serves only where a register does not
tell the INN. Templates come from the operators' own links as seen in receipts and clients;
none was tried. A receipt appears there after its transmission, so a page that is missing on
the day of the sale is no error. Placeholders of a template::

    {qr} the whole QR string    {fn} 1041    {i} 1040    {fp} 1077 as printed
    {s} roubles.kopecks of 1020 {ddmmyy} date of 1012    {rnm} 1037    {inn} 1018
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from drivers.ffd.document import FiscalDocument
from drivers.ffd.inn import read_inn
from drivers.ffd.qr import qr_text

TAX_SERVICE_SITE = "https://www.nalog.gov.ru"
"""1060; its «Проверка чека» takes the numbers of any receipt, by hand or by QR."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A fiscal data operator."""

    inn: str
    """1017."""
    other_inn: tuple[str, ...]
    """INN of predecessors, still met in older registrations."""
    name: str
    legal_name: str
    receipt_templates: tuple[str, ...]
    """Best first; empty where none is known."""
    form: str
    """Page where a buyer types the receipt's numbers; may be empty."""


@dataclass(frozen=True, slots=True)
class ReceiptLink:
    """Where to look a receipt up."""

    url: str
    shows_the_receipt: bool
    """False: a page where the numbers of the receipt are to be typed."""


@cache
def operators() -> tuple[Operator, ...]:
    """Every operator known."""
    text = files(__package__).joinpath("operators.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        Operator(inn, tuple(other.split()), name, legal_name, tuple(templates.split()), form)
        for inn, other, name, legal_name, templates, form in rows
    )


def find_operator(inn: str, name: str = "") -> Operator | None:
    """The operator of a registration: by 1017, else by 1046."""
    inn = read_inn(inn)
    for operator in operators():
        if inn and inn in (operator.inn, *operator.other_inn):
            return operator
    wanted = _letters(name)
    for operator in operators():
        if wanted and wanted in (_letters(operator.name), _letters(operator.legal_name)):
            return operator
    return None


def receipt_link(
    document: FiscalDocument,
    *,
    ofd_inn: str,
    ofd_name: str = "",
    registration_number: str = "",
    owner_inn: str = "",
) -> ReceiptLink | None:
    """Where the buyer can see `document`; None for a training FN and for reports.

    The operator's page by the first template whose values are there, else the page to
    type the numbers in: the operator's, or the tax service's.
    """
    if document.is_training or document.calculation_sign is None or document.total is None:
        return None
    operator = find_operator(ofd_inn, ofd_name)
    if operator is None:
        return ReceiptLink(TAX_SERVICE_SITE, shows_the_receipt=False)
    roubles, kopecks = divmod(document.total, 100)
    values = {
        "qr": qr_text(document),
        "fn": document.fiscal_drive_number,
        "i": str(document.fiscal_document_number),
        "fp": str(document.fiscal_sign),
        "s": f"{roubles}.{kopecks:02d}",
        "ddmmyy": f"{document.date_time:%d%m%y}",
        "rnm": registration_number.strip(),
        "inn": read_inn(owner_inn),
    }
    for template in operator.receipt_templates:
        if all(values[name] for _, name, _, _ in Formatter().parse(template) if name):
            return ReceiptLink(template.format(**values), shows_the_receipt=True)
    return ReceiptLink(operator.form or TAX_SERVICE_SITE, shows_the_receipt=False)


def _letters(name: str) -> str:
    """A name without case, quotes and form of company, for comparing."""
    words = "".join(char if char.isalnum() else " " for char in name.casefold()).split()
    return " ".join(word for word in words if word not in ("ооо", "ао", "пао", "зао", "оао"))
