"""What the device refuses, named once; each face gives it the code of its own protocol."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    SHIFT_CLOSED = "shift_closed"
    SHIFT_OPEN = "shift_open"
    SHIFT_EXPIRED = "shift_expired"
    DOCUMENT_OPEN = "document_open"
    NO_DOCUMENT_OPEN = "no_document_open"
    OTHER_OPERATOR = "other_operator"
    """The open document belongs to another operator."""
    WRONG_RECEIPT_TYPE = "wrong_receipt_type"
    """The command does not fit the kind of the open receipt."""
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTING = "printing"
    WAITS_FOR_CONTINUE = "waits_for_continue"
    NOTHING_TO_CONTINUE = "nothing_to_continue"
    NOTHING_TO_REPEAT = "nothing_to_repeat"
    BUSY = "busy"
    FN_FULL = "fn_full"
    FN_EXPIRED = "fn_expired"
    FN_CLOSED = "fn_closed"
    OFD_MEMORY_FULL = "ofd_memory_full"
    OFD_OVERDUE = "ofd_overdue"
    """The oldest unsent document waits for more than 30 days."""
    CLOCK_BACKWARD = "clock_backward"
    """The document would be dated before the last one."""
    CORRECTION_FORM = "correction_form"
    """FFD 1.05 corrects by sums alone; FFD 1.1 and 1.2 want the items."""
    NO_SUCH_DOCUMENT = "no_such_document"
    NO_DATA = "no_data"
    PAYMENTS_BELOW_TOTAL = "payments_below_total"
    CASHLESS_ABOVE_TOTAL = "cashless_above_total"
    ZERO_TOTAL = "zero_total"
    TOTAL_OVERFLOW = "total_overflow"
    WRONG_SUM = "wrong_sum"
    """Item cost farther than a kopeck from price x quantity."""
    PRICE_RANGE = "price_range"
    QUANTITY_RANGE = "quantity_range"
    TOO_MANY_ITEMS = "too_many_items"
    UNSUPPORTED_RATE = "unsupported_rate"
    TAX_SYSTEM = "tax_system"
    """None, several, or one that the registration does not have."""
    NOT_ENOUGH_CASH = "not_enough_cash"
    CASH_OVERFLOW = "cash_overflow"
    EXCISE_GOODS = "excise_goods"
    """The registration has no excise goods."""
    MARKED_GOODS = "marked_goods"
    """The registration has no marked goods."""
    TAG_NOT_ALLOWED = "tag_not_allowed"
    """Not in this document, not by the host, or not a second time."""
    TAG_MISSING = "tag_missing"
    TAG_FORMAT = "tag_format"
    TAG_TOO_LONG = "tag_too_long"
    BAD_PARAMETER = "bad_parameter"


class DeviceRefused(Exception):
    """The device did not do it, and nothing changed."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value}: {detail}" if detail else refusal.value)
        self.refusal = refusal
        self.detail = detail


class PowerLost(Exception):
    """An injected power cut: the device restarts, whatever is not stored is gone."""
