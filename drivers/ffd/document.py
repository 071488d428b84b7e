"""`FiscalDocument`: what the FN recorded.

Built from a register's short answer (number, sign, time) or from the whole TLV of the
archive; `tags` says which: empty when only the short answer is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.receipt import Payments, UserRequisite
from drivers.ffd.tlv import Tlv, TlvError, Value, find

TRAINING_FN_PREFIX = "9999"


@dataclass(frozen=True, slots=True, kw_only=True)
class FiscalDocument:
    """One document of the FN. None means: not told by the register."""

    form: DocumentForm
    fiscal_drive_number: str
    """1041, sixteen digits."""
    fiscal_document_number: int
    """1040."""
    fiscal_sign: int
    """The printed FP, last four bytes of 1077."""
    date_time: datetime
    """1012, aware, by the register's clock."""
    shift_number: int | None = None
    """1038."""
    receipt_number: int | None = None
    """1042, number of the receipt within its shift."""
    calculation_sign: CalculationSign | None = None
    """1054; None for reports."""
    total: int | None = None
    """1020, kopecks; None for reports."""
    payments: Payments | None = None
    """1031, 1081, 1215-1217."""
    user_requisite: UserRequisite | None = None
    """1084."""
    ofd_confirmed: bool | None = None
    """True when the operator has acknowledged the document."""
    tags: tuple[Tlv, ...] = ()
    """Every requisite as recorded, without the outer form tag."""

    @classmethod
    def from_tlv(
        cls,
        form: DocumentForm,
        tags: Sequence[Tlv],
        tz: tzinfo,
        ofd_confirmed: bool | None = None,
    ) -> FiscalDocument:
        """The document of an archive's requisites (without the outer form tag).

        `tz` is the zone of the register's clock. Unknown tags and codes are kept in `tags`
        and leave their field None.

        Raises:
            TlvError: 1012, 1040, 1041 or 1077 is missing or unreadable.
        """
        drive_number = _value(tags, 1041)
        number = _value(tags, 1040)
        at = _value(tags, 1012)
        sign = find(tags, 1077)
        if not isinstance(drive_number, str) or not isinstance(number, int):
            raise TlvError("a document without its numbers (1040, 1041)")
        if not isinstance(at, datetime):
            raise TlvError("a document without its time (1012)")
        if sign is None or len(sign.raw) != _SIGN_LENGTH:
            raise TlvError("a document without its fiscal sign (1077)")
        return cls(
            form=form,
            fiscal_drive_number=drive_number.strip(),
            fiscal_document_number=number,
            fiscal_sign=int.from_bytes(sign.raw[2:], "big"),
            date_time=at.replace(tzinfo=tz),
            shift_number=_number(tags, 1038),
            receipt_number=_number(tags, 1042),
            calculation_sign=_calculation_sign(tags),
            total=_number(tags, 1020),
            payments=_payments(tags),
            user_requisite=_user_requisite(tags),
            ofd_confirmed=ofd_confirmed,
            tags=tuple(tags),
        )

    @property
    def receipt_id(self) -> str:
        """`<FN>:<FD>`, unique for ever."""
        return f"{self.fiscal_drive_number}:{self.fiscal_document_number}"

    @property
    def is_training(self) -> bool:
        """True for a training FN: the document has no fiscal force."""
        return self.fiscal_drive_number.startswith(TRAINING_FN_PREFIX)


_SIGN_LENGTH = 6
_SUM_LIMIT = 256**6
_TEXT_LIMIT = 4096
_PAYMENT_TAGS = {
    "cash": 1031,
    "cashless": 1081,
    "prepaid": 1215,
    "credit": 1216,
    "consideration": 1217,
}


def _value(tags: Sequence[Tlv], tag: int) -> Value | None:
    found = find(tags, tag)
    return None if found is None else found.value


def _number(tags: Sequence[Tlv], tag: int) -> int | None:
    value = _value(tags, tag)
    return value if isinstance(value, int) else None


def _calculation_sign(tags: Sequence[Tlv]) -> CalculationSign | None:
    try:
        return CalculationSign.from_code(_number(tags, 1054) or 0)
    except ValueError:
        return None


def _payments(tags: Sequence[Tlv]) -> Payments | None:
    """None where a document has none of the five sums; a missing one among them is zero."""
    sums = {name: _number(tags, tag) for name, tag in _PAYMENT_TAGS.items()}
    told = {name: value for name, value in sums.items() if value is not None}
    if not told or any(value >= _SUM_LIMIT for value in told.values()):
        return None
    return Payments(**told)


def _user_requisite(tags: Sequence[Tlv]) -> UserRequisite | None:
    structure = find(tags, 1084)
    if structure is None:
        return None
    name, value = _value(structure.children, 1085), _value(structure.children, 1086)
    if not isinstance(name, str) or not isinstance(value, str):
        return None
    return UserRequisite(name=name[:_TEXT_LIMIT], value=value[:_TEXT_LIMIT])
