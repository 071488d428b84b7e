"""Documents of the FN, as `GetDataCheck` tells them: without 1038, 1042 and most requisites.

The slip that comes with them is text for people, in the server's own manner, and decides two
things only: the requisite of a receipt that stands in it is the receipt's own, and a report
whose keys are unreadable is what its title says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.receipt import Item, Payments, Receipt, UserRequisite
from drivers.kkmserver.answers import Answer, Fields
from drivers.kkmserver.documents import tax_code
from drivers.register import Reason, Refused

_MOST_SLIP = 100_000
_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SPACE = re.compile(r"\s+")
_SUMS = {
    "cash": "Cash",
    "cashless": "ElectronicPayment",
    "prepaid": "AdvancePayment",
    "credit": "Credit",
    "consideration": "CashProvision",
}
_REPORTS: tuple[tuple[str, DocumentForm], ...] = (
    (r"откр.*смен", DocumentForm.SHIFT_OPENING),
    (r"закр.*смен", DocumentForm.SHIFT_CLOSING),
    (r"закр.*(фн|накопит)", DocumentForm.FN_CLOSING),
    (r"перерег|изменен", DocumentForm.REREGISTRATION),
    (r"регистрац", DocumentForm.REGISTRATION),
    (r"состоян", DocumentForm.STATE_REPORT),
)
_TITLE = re.compile(r"отч[её]т|(от|за)крыти")
"""Of a report, in its slip."""
_SIGNS = {
    (False, False): CalculationSign.SALE,
    (True, False): CalculationSign.SALE_RETURN,
    (False, True): CalculationSign.EXPENSE,
    (True, True): CalculationSign.EXPENSE_RETURN,
}


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the service tells it."""

    name: str
    quantity: Decimal | None
    cost: int | None
    """Kopecks."""
    tax: int | None

    def is_of(self, item: Item) -> bool:
        """True where nothing that is told differs; a long name may be cut."""
        return (
            item.name.strip().startswith(self.name)
            and self.quantity in (item.quantity, None)
            and self.cost in (item.cost, None)
            and self.tax in (tax_code(item.vat_rate), None)
        )


@dataclass(frozen=True, slots=True)
class OnTape:
    """A document, and what else the service says of it."""

    document: FiscalDocument
    lines: tuple[Line, ...]
    slip: str
    """Without spaces and line ends."""

    def is_of(self, receipt: Receipt) -> bool:
        """True where nothing that is told differs from `receipt`, and its sum is told."""
        document = self.document
        if self.names(receipt):
            return document.total in (receipt.total, None)
        lines_fit = not self.lines or (
            len(self.lines) == len(receipt.items)
            and all(line.is_of(item) for line, item in zip(self.lines, receipt.items, strict=True))
        )
        return (
            lines_fit
            and document.form is receipt.form
            and document.calculation_sign is receipt.calculation_sign
            and document.total == receipt.total
            and document.payments in (receipt.payments, None)
        )

    def names(self, receipt: Receipt) -> bool:
        """True where the user's requisite (1084) of `receipt` stands in it."""
        requisite = receipt.user_requisite
        if requisite is None:
            return False
        if self.document.user_requisite is not None:
            return self.document.user_requisite == requisite
        return _squeezed(requisite.value) in self.slip


def number_of(answer: Answer) -> int | None:
    """1040 of the document in an answer to `GetDataCheck`; None where it does not tell."""
    check = answer.fields.inner("RegisterCheck")
    number = check.whole("FiscalNumber") if check is not None else None
    if number:
        return number
    qr = answer.fields.qr()
    return qr.fiscal_document_number if qr is not None else None


def read_document(
    answer: Answer,
    fiscal_drive_number: str,
    zone: tzinfo,
    report: DocumentForm | None = None,
    requisite_name: str = "",
) -> OnTape:
    """The document in an answer to `GetDataCheck`; where the keys are unreadable, its QR.

    Args:
        fiscal_drive_number: 1041 of the FN in the register.
        zone: Of the register's clock.
        report: What a report is that does not tell its kind.
        requisite_name: 1085 of the requisite (1084) whose value, a UUID, may stand in the slip.

    Raises `Refused`: the answer does not tell what document it is.
    """
    check = answer.fields.inner("RegisterCheck") or Fields({})
    qr = answer.fields.qr()
    number = number_of(answer)
    sign, at = check.whole("FiscalSign"), check.moment("FiscalDate", zone)
    form, calculation_sign = _kind(check.text("CheckType"))
    total, payments = check.kopecks("AllSumm"), _payments(check)
    if qr is not None:
        sign = sign if sign is not None else qr.fiscal_sign
        if at is None and qr.date_time is not None:
            at = qr.date_time.replace(tzinfo=zone)
        if form is None and qr.is_receipt:
            form, calculation_sign = DocumentForm.RECEIPT, qr.calculation_sign
        elif form is None and qr.sign_code is None:
            form = report or _titled(answer.fields.text("Slip", _MOST_SLIP))
        total = total if total is not None else qr.total
    if not number or sign is None or at is None or form is None:
        raise Refused(Reason.OTHER, f"document {number or '?'} is told without its essentials")
    is_settlement = calculation_sign is not None
    slip = _squeezed(answer.fields.text("Slip", _MOST_SLIP))
    return OnTape(
        FiscalDocument(
            form=form,
            fiscal_drive_number=qr.fiscal_drive_number if qr is not None else fiscal_drive_number,
            fiscal_document_number=number,
            fiscal_sign=sign,
            date_time=at,
            calculation_sign=calculation_sign,
            total=total if is_settlement else None,
            payments=payments if is_settlement else None,
            user_requisite=_user_requisite(check) or _printed_requisite(slip, requisite_name),
        ),
        tuple(
            Line(line.text("Name"), line.decimal("Quantity"), line.kopecks("Amount"), _tax(line))
            for line in check.list("Register")
        ),
        slip,
    )


def _kind(check_type: str) -> tuple[DocumentForm | None, CalculationSign | None]:
    words = check_type.lower()
    if report := _report(words):
        return report, None
    is_expense = "расход" in words
    if not is_expense and "приход" not in words:
        return None, None
    is_correction = "коррекц" in words
    form = DocumentForm.CORRECTION_RECEIPT if is_correction else DocumentForm.RECEIPT
    return form, _SIGNS["возврат" in words, is_expense]


def _report(words: str) -> DocumentForm | None:
    return next((form for pattern, form in _REPORTS if re.search(pattern, words)), None)


def _titled(slip: str) -> DocumentForm | None:
    """What a report calls itself on paper."""
    lines = slip.lower().splitlines()
    return next(filter(None, (_report(line) for line in lines if _TITLE.search(line))), None)


def _payments(check: Fields) -> Payments | None:
    """None where not one of the five is told."""
    sums = {name: check.kopecks(key) for name, key in _SUMS.items()}
    told = {name: value for name, value in sums.items() if value is not None}
    if not told:
        return None
    return Payments(**told)


def _user_requisite(check: Fields) -> UserRequisite | None:
    """Some servers may tell it; none is known to."""
    told = check.inner("UserAttribute")
    if told is None or not told.text("Name") or not told.text("Value"):
        return None
    return UserRequisite(name=told.text("Name"), value=told.text("Value"))


def _printed_requisite(slip: str, name: str) -> UserRequisite | None:
    """The requisite as it is printed, however its line is broken."""
    if not name:
        return None
    found = re.search(rf"{re.escape(_squeezed(name))}:?({_UUID})", slip)
    return None if found is None else UserRequisite(name=name, value=found[1])


def _tax(line: Fields) -> int | None:
    rate = line.decimal("Tax")
    return None if rate is None else int(rate)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text)
