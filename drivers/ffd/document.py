"""`FiscalDocument`: what the FN recorded.

Built from a register's short answer (number, sign, time) or from the whole TLV of the
archive; `tags` says which: empty when only the short answer is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.receipt import Payments, UserRequisite
from drivers.ffd.tlv import Tlv

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

    @property
    def receipt_id(self) -> str:
        """`<FN>:<FD>`, unique for ever."""
        return f"{self.fiscal_drive_number}:{self.fiscal_document_number}"

    @property
    def is_training(self) -> bool:
        """True for a training FN: the document has no fiscal force."""
        return self.fiscal_drive_number.startswith(TRAINING_FN_PREFIX)
