"""The register as one device of the server: what each command does to it.

Plain and synchronous; one thread at a time uses it. Decided here, where nothing is known:

- `CheckNumber` of a shift's opening or closing is 1, as it was recorded; of `GetDataKKT` it is
  the number of the last fiscal document.
- Cash goes in and out in an open shift only (error 61), as the emulated KKT has it.
- `OfdReport` prints and records nothing.
- A document that is recorded but not printed to its end ends well, with a `Warning`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CorrectionType, FfdVersion
from drivers.register import PrintState, ShiftState
from drivers.virtual import paper
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import archive, checks, facts, failures
from drivers.virtual.kkmserver_face.answers import Answer, Json, qr_of, roubles, url_of
from drivers.virtual.kkmserver_face.checks import Check, Row, cashier_of, read_check
from drivers.virtual.kkmserver_face.failures import Failure, refused, unreadable
from drivers.virtual.kkmserver_face.habits import Habits, Profile, Quirk
from drivers.virtual.kkmserver_face.reading import Fields
from drivers.virtual.refusals import DeviceRefused, PowerLost

OPERATOR = 30
"""The server works with one password; cashiers are named by each command."""
MAX_COPIES = 10
MAX_LINES_AT_ONCE = 200


class Kkt:
    """One fiscal register behind the server.

    Attributes:
        on: The administrator has it switched on.
        active: It works; an error may make it inactive.
        charged: Kopecks that the server took from cards on its own account, because a check
            did not forbid it.
    """

    def __init__(self, register: VirtualRegister, habits: Habits) -> None:
        self.register = register
        self.habits = habits
        self.on = True
        self.active = True
        self.charged: list[int] = []
        self._unfinished = False
        """A check of ours may stand open in the register."""

    @property
    def is_found(self) -> bool:
        return self.on and self.active

    @property
    def is_printing(self) -> bool:
        return self.register.printer.state is PrintState.PRINTING

    def is_meant(self, fields: Fields) -> bool:
        """Whether the command names this device, or none."""
        registration = self.register.registration
        wanted = (
            (str(fields.whole("NumDevice") or ""), str(self.habits.number)),
            (fields.text("IdDevice"), self.habits.id_device),
            (fields.text("KktNumber"), registration.serial_number),
            (fields.text("InnKkm"), registration.owner_inn),
        )
        return all(asked in ("", own) for asked, own in wanted)

    def execute(self, command: str, fields: Fields) -> Answer:
        """Run a command of `COMMANDS`. Raises `Failure`."""
        try:
            return COMMANDS[command](self, fields)
        except DeviceRefused as error:
            raise self._failed(refused(error)) from error
        except PowerLost:
            self.register.restart()
            raise self._failed(Failure(failures.LINK_LOST)) from None

    def _failed(self, failure: Failure) -> Failure:
        if self.habits.not_active_on_error:
            self.active = False
        return failure

    def numbers(self) -> Answer:
        """Of the last document, whatever made it."""
        return {
            "CheckNumber": self.register.fn.last_fiscal_document_number,
            "SessionNumber": self.register.shift.number,
        }

    def listed(self) -> Answer:
        """This device in `List`."""
        return facts.listed(self.register, self.habits, on=self.on, active=self.active)

    # Shift and cash.

    def data(self, fields: Fields) -> Answer:
        info = facts.info(self.register, self.habits, on=self.on, active=self.active)
        return {**self.numbers(), "LineLength": paper.WIDTH, "URL": "", "Info": info}

    def open_shift(self, fields: Fields) -> Answer:
        is_open = self.register.shift.state is not ShiftState.CLOSED
        if is_open and self.habits.no_error_on_open_close_shift:
            return {}
        prints = not fields.flag("NotPrint")
        document = self.register.open_shift(OPERATOR, cashier_of(fields), printed=prints)
        return self._shift_answer(document, prints)

    def close_shift(self, fields: Fields) -> Answer:
        is_closed = self.register.shift.state is ShiftState.CLOSED
        if is_closed and self.habits.no_error_on_open_close_shift:
            return {}
        prints = not fields.flag("NotPrint")
        self._cancel_unfinished()
        document = self.register.close_shift(OPERATOR, cashier_of(fields), printed=prints)
        return self._shift_answer(document, prints)

    def x_report(self, fields: Fields) -> Answer:
        self.register.x_report()
        return {}

    def ofd_report(self, fields: Fields) -> Answer:
        ofd = self.register.ofd
        lines = ["ОТЧЕТ О СОСТОЯНИИ ОБМЕНА С ОФД", f"НЕ ПЕРЕДАНО ДОКУМЕНТОВ: {ofd.unsent_count}"]
        self.register.print_lines(lines)
        return {}

    def cash_in(self, fields: Fields) -> Answer:
        self.register.cash_in(self._amount(fields), cashier_of(fields))
        return {}

    def cash_out(self, fields: Fields) -> Answer:
        self.register.cash_out(self._amount(fields), cashier_of(fields))
        return {}

    def _amount(self, fields: Fields) -> int:
        if self.register.shift.state is not ShiftState.OPEN:
            raise Failure(failures.SHIFT_CLOSED)
        amount = fields.kopecks("Amount")
        if amount is None or amount <= 0:
            raise unreadable("Amount: нужна сумма больше нуля")
        return amount

    def open_drawer(self, fields: Fields) -> Answer:
        self.register.open_drawer()
        return {}

    def line_length(self, fields: Fields) -> Answer:
        return {"LineLength": paper.WIDTH}

    def _shift_answer(self, document: FiscalDocument, prints: bool) -> Answer:
        answer: Answer = {"CheckNumber": 1, "SessionNumber": document.shift_number}
        if self.habits.profile is Profile.MODERN:
            answer |= {"QRCode": self._qr(document), "URL": ""}
        return answer | self._torn(prints)

    # Checks.

    def register_check(self, fields: Fields) -> Answer:
        if not fields.flag("IsFiscalCheck"):
            return self.print_document(fields)
        registration = self.register.registration
        check = read_check(fields, registration.ffd_version, registration.tax_systems)
        if self.habits.opens_shift and self.register.shift.state is ShiftState.CLOSED:
            self.register.open_shift(OPERATOR, check.cashier, printed=check.prints)
        document = self._record(check)
        payments = document.payments
        assert payments is not None
        self._charge(fields, payments.cashless)
        answer: Answer = {
            "CheckNumber": document.fiscal_document_number,
            "SessionNumber": document.shift_number,
            "URL": url_of(document),
            "QRCode": self._qr(document),
        }
        if self.habits.profile is Profile.MODERN:
            answer |= {
                "SessionCheckNumber": document.receipt_number,
                "Cash": roubles(payments.cash),
                "ElectronicPayment": roubles(payments.cashless),
                "AdvancePayment": roubles(payments.prepaid),
                "Credit": roubles(payments.credit),
                "CashProvision": roubles(payments.consideration),
            }
        with suppress(DeviceRefused):  # the check itself is recorded
            self._print_copies(fields, document)
        return answer | self._torn(check.prints)

    def print_document(self, fields: Fields) -> Answer:
        self.register.print_lines(checks.slip_lines(fields))
        return {}

    def continue_print(self, fields: Fields) -> Answer:
        self.register.continue_print()
        return {}

    def _record(self, check: Check) -> FiscalDocument:
        register = self.register
        self._cancel_unfinished()
        if check.correction is None:
            register.open_receipt(check.sign, OPERATOR, printed=check.prints)
        else:
            register.begin_correction(OPERATOR, check.sign, printed=check.prints)
        self._unfinished = True
        try:
            document = self._fill_and_close(check)
        except DeviceRefused:
            with suppress(DeviceRefused):  # then the next document begins with it
                register.cancel_document()
            raise
        self._unfinished = False
        return document

    def _cancel_unfinished(self) -> None:
        if self._unfinished and self.register.open_document is not None:
            self.register.cancel_document()

    def _fill_and_close(self, check: Check) -> FiscalDocument:
        register = self.register
        for line in check.lines:
            if isinstance(line, Row):
                register.add_item(line.line, sign=check.sign, operator=OPERATOR)
                for tag in line.tags:
                    register.add_item_tag(tag, operator=OPERATOR)
            elif check.prints:
                register.print_lines(line)
        for tag in check.tags:
            register.add_tag(tag, operator=OPERATOR)
        by_sums = register.registration.ffd_version is FfdVersion.V1_05 and not check.has_rows
        if check.correction is not None and by_sums:
            return self._close_by_sums(check, check.correction)
        return register.close_receipt(
            check.payments,
            tax_system=check.tax_system,
            operator=OPERATOR,
            cashier=check.cashier,
            printed=check.prints,
        ).document

    def _close_by_sums(self, check: Check, kind: CorrectionType) -> FiscalDocument:
        return self.register.close_correction(
            kind,
            check.sign,
            check.payments.total if check.amount is None else check.amount,
            check.payments,
            vat=check.vat,
            tax_system=check.tax_system,
            operator=OPERATOR,
            cashier=check.cashier,
            printed=check.prints,
        )

    def _charge(self, fields: Fields, cashless: int) -> None:
        told = fields.flag("PayByProcessing")
        if cashless and (self.habits.pay_by_processing if told is None else told):
            self.charged.append(cashless)

    # Archive.

    def data_check(self, fields: Fields) -> Answer:
        number = fields.whole("FiscalNumber") or self.register.fn.last_fiscal_document_number
        document = self.register.find(number)
        self._print_copies(fields, document)
        answer: Answer = {
            "Slip": "\r\n".join(paper.render(document, self.register.registration)) + "\r\n",
            "QRCode": self._qr(document),
        }
        if document.calculation_sign is not None:
            answer["URL"] = url_of(document)
        return answer | {"RegisterCheck": archive.check_of(document)}

    def counters(self, fields: Fields) -> Answer:
        version = self.register.registration.ffd_version
        if version is not FfdVersion.V1_2 or self.habits.profile is Profile.LEGACY:
            raise Failure("Команда поддерживается только для ККТ с ФФД 1.2")
        register = self.register
        rows: list[Json] = archive.counters_of(register.total_counters, register.shift_counters)
        return {"Counters": rows}

    def _print_copies(self, fields: Fields, document: FiscalDocument) -> None:
        copies = min(fields.whole("NumberCopies") or 0, MAX_COPIES)
        lines = copies * paper.copy_of(paper.render(document, self.register.registration))
        for first in range(0, len(lines), MAX_LINES_AT_ONCE):
            self.register.print_lines(lines[first : first + MAX_LINES_AT_ONCE])

    def _qr(self, document: FiscalDocument) -> str:
        return qr_of(document, seconds=Quirk.QR_SECONDS in self.habits.quirks)

    def _torn(self, prints: bool) -> Answer:
        """What is said when the document that was just recorded is not on paper."""
        if not prints or self.register.printer.state is not PrintState.PAPER_OUT:
            return {}
        if Quirk.TORN_PRINT_IS_ERROR in self.habits.quirks:
            raise self._failed(Failure(failures.TORN_PRINT))
        return {"Warning": "Документ записан, но не допечатан: нет бумаги"}


COMMANDS: Mapping[str, Callable[[Kkt, Fields], Answer]] = {
    "GetDataKKT": Kkt.data,
    "OpenShift": Kkt.open_shift,
    "CloseShift": Kkt.close_shift,
    "ZReport": Kkt.close_shift,
    "XReport": Kkt.x_report,
    "OfdReport": Kkt.ofd_report,
    "DepositingCash": Kkt.cash_in,
    "PaymentCash": Kkt.cash_out,
    "OpenCashDrawer": Kkt.open_drawer,
    "PrintOpenCashDrawer": Kkt.open_drawer,
    "GetLineLength": Kkt.line_length,
    "PrintLineLength": Kkt.line_length,
    "RegisterCheck": Kkt.register_check,
    "PrintDocument": Kkt.print_document,
    "ContinuePrint": Kkt.continue_print,
    "GetDataCheck": Kkt.data_check,
    "GetCounters": Kkt.counters,
}
"""What a fiscal register does."""

NO_SUCH_DEVICE = frozenset(
    {
        "PayByPaymentCard", "ReturnPaymentByPaymentCard", "CancelPaymentByPaymentCard",
        "EmergencyReversal", "AuthorisationByPaymentCard", "AuthConfirmationByPaymentCard",
        "CancelAuthorisationByPaymentCard", "Settlement", "TerminalReport", "TransactionDetails",
        "PrintSlipOnTerminal", "GetWeight", "Calibrate", "OutputOnCustomerDisplay",
        "ClearCustomerDisplay", "OptionsCustomerDisplay", "GetGoodCodeData",
        "ValidationMarkingCode", "KkmRegOfd",
    }
)  # fmt: skip
"""Commands for devices that this server does not have."""
