"""The device behind the link: one request body in, one answer body out.

Order of the checks, as far as sources tell one: command known (37h), length (7Eh), password
(4Fh), mode (73h), then what the register itself refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from drivers.ffd.receipt import Cashier
from drivers.ffd.tlv import Tlv
from drivers.register import ShiftState
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import CurrentDocument, OpenDocument
from drivers.virtual.refusals import DeviceRefused
from drivers.virtual.shtrih_face import (
    archive,
    documents,
    fiscal_storage,
    printing,
    receipts,
    registers,
    service,
)
from drivers.virtual.shtrih_face.codes import CODE_OF_REFUSAL, Code, Failure
from drivers.virtual.shtrih_face.commands import Call, Command, Mode, Rights
from drivers.virtual.shtrih_face.layout import MAX_COMMAND, Fields, u8
from drivers.virtual.shtrih_face.tables import (
    CASHIER_INN,
    CASHIERS,
    MINUTES_BEFORE_EXPIRY,
    NO_PRINT,
    Tables,
)

COMMANDS: Mapping[int, Command] = {
    **service.COMMANDS,
    **printing.COMMANDS,
    **receipts.COMMANDS,
    **fiscal_storage.COMMANDS,
    **documents.COMMANDS,
    **archive.COMMANDS,
}
"""By code; the two-byte ones are FF00h + xx."""

PREFIX = 0xFF
PRINT, SKIP_ONE = 0, 1
"""Values of table 17 field 7; the others leave out every print."""
SHIFT_LENGTH = timedelta(hours=24)
KINDS_OF_MODE_8 = (CurrentDocument.RECEIPT, CurrentDocument.CORRECTION)


@dataclass
class Volatile:
    """What a power cut takes away."""

    new_date: date | None = None
    """Set by 22h, waits for 23h."""
    unread: list[Tlv] | None = None
    """What FF3B still has to read; None before FF3A."""
    last_error: int = 0
    exchange: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Speed and timeout codes of a port."""


class Device:
    """A register of the standard platform.

    Not safe for threads; one at a time uses it.
    """

    def __init__(self, register: VirtualRegister) -> None:
        self.register = register
        self.tables = Tables(register)
        self.volatile = Volatile()

    def power_on(self) -> None:
        """Restart after a power cut."""
        self.register.restart()
        self.volatile = Volatile()

    def execute(self, body: bytes) -> bytes:
        """Run one command. Raises `PowerLost`; every other trouble is an error code."""
        if not body:
            return u8(0) + u8(Code.BAD_LENGTH)
        code, name, parameters = _split(body)
        try:
            head, tail = self._run(code, parameters)
        except Failure as failure:
            error = failure.code
        except DeviceRefused as refused:
            error = CODE_OF_REFUSAL[refused.refusal]
        else:
            answer = name + u8(0) + head + tail
            if len(answer) <= MAX_COMMAND:
                return answer
            error = Code.TLV_TOO_LONG
        self.volatile.last_error = error
        return name + u8(error)

    def _run(self, code: int, parameters: bytes) -> tuple[bytes, bytes]:
        command = COMMANDS.get(code)
        if command is None:
            raise Failure(Code.UNKNOWN_COMMAND)
        has_password = command.rights is not Rights.NO_PASSWORD
        shortest, longest = command.length
        if not shortest <= len(parameters) - 4 * has_password <= longest:
            raise Failure(Code.BAD_LENGTH)
        fields = Fields(parameters)
        operator = 0
        if has_password:
            operator = self.tables.row_of_password(fields.number(4))
            if operator < command.rights.value:
                raise Failure(Code.WRONG_PASSWORD)
        if self.mode not in command.modes:
            raise Failure(
                Code.CONFIRM_DATE if self.mode == Mode.DATE_UNCONFIRMED else Code.WRONG_MODE
            )
        tail = command.run(self, Call(operator, fields))
        return (u8(operator) if command.tells_operator else b""), tail

    @property
    def open_receipt(self) -> OpenDocument | None:
        """The open receipt or correction."""
        document = self.register.open_document
        return document if document and document.kind in KINDS_OF_MODE_8 else None

    @property
    def mode(self) -> int:
        """Number of the mode, without its status."""
        if self.open_receipt:
            return Mode.DOCUMENT_OPEN
        if self.volatile.new_date:
            return Mode.DATE_UNCONFIRMED
        shift = self.register.shift
        if shift.state is ShiftState.CLOSED:
            return Mode.SHIFT_CLOSED
        early = timedelta(minutes=self.tables.number(MINUTES_BEFORE_EXPIRY))
        if shift.state is ShiftState.EXPIRED or (
            shift.opened_at and self.now >= shift.opened_at + SHIFT_LENGTH - early
        ):
            return Mode.SHIFT_EXPIRED
        return Mode.SHIFT_OPEN

    @property
    def mode_byte(self) -> int:
        """Mode and status; the status is the operation of the open receipt."""
        document = self.open_receipt
        status = registers.ORDER.index(document.sign) if document and document.sign else 0
        return self.mode | status << 4

    @property
    def now(self) -> datetime:
        return self.register.now()

    def require_shift_for_receipts(self) -> None:
        """Raises `Failure` where the shift lets no receipt begin."""
        match self.mode:
            case Mode.SHIFT_CLOSED:
                raise Failure(Code.SHIFT_CLOSED)
            case Mode.SHIFT_EXPIRED:
                raise Failure(Code.SHIFT_EXPIRED)

    def cashier(self, operator: int) -> Cashier:
        """1021 and 1203 of tables 2 and 18; a document has its own where FF0C gave them."""
        name = self.tables.text(CASHIERS, operator, 2)
        return Cashier(
            name=name or f"КАССИР {operator}", inn=self.tables.text(*CASHIER_INN) or None
        )

    @property
    def prints(self) -> bool:
        """Whether the next document is printed (table 17 field 7)."""
        return self.tables.number(NO_PRINT) == PRINT

    def document_made(self) -> None:
        """A fiscal document is recorded: leaving out the print of one document is over."""
        if self.tables.number(NO_PRINT) == SKIP_ONE:
            self.tables.set(NO_PRINT, PRINT)


def _split(body: bytes) -> tuple[int, bytes, bytes]:
    """Code, the bytes that name it in the answer, parameters."""
    if body[0] == PREFIX:
        second = body[1] if len(body) > 1 else 0
        return PREFIX << 8 | second, bytes((PREFIX, second)), body[2:]
    return body[0], body[:1], body[1:]


def name_of(body: bytes) -> str:
    """The command's code in hexadecimal, as faults are filtered by: `FF45`, `8D`."""
    return body[: 2 if body[:1] == b"\xff" else 1].hex().upper()
