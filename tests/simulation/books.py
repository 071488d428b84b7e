"""The end of a run: journal, tape, drawer and CRM tell one story."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import PayBy, PaymentState
from kassa_tui.station.reconciliation.kept import compared
from tests.simulation.asked import asked_sums, noted_sums
from tests.simulation.tape import cash_of, is_foreign, is_strange, named, sign_of
from tests.simulation.witness import Witness

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Books:
    """What was kept, as a power cut would leave it."""

    payments: Sequence[PaymentState]
    calls: Sequence[Row] = ()
    """Rows of the journal: subject, name, state, error."""
    cash_moves: Sequence[Row] = ()
    """Rows of the journal: id, direction, amount, state."""
    moved: Sequence[int] = ()
    """Kopecks that the register's drawer was told to put in (or, negative, take out)."""
    drawer: int | None = None
    """Kopecks by the registers' accounts; None: nobody looked."""
    documents: frozenset[tuple[str, int]] = frozenset()
    """Of the journal: 1041 and 1040."""
    incidents: frozenset[str] = frozenset()
    """Their kinds, as noted in the journal."""
    crm: Ledger | None = None


@dataclass(frozen=True)
class Ledger:
    """What the CRM has."""

    transactions: Mapping[UUID, Row]
    """By `external_id`: id, type, amount, client_id, direction."""
    parts: Mapping[str, Mapping[str, int]]
    """By transaction: kopecks by method."""
    receipts: Mapping[str, Sequence[str]]
    """By transaction: `<FN>:<FD>`."""
    movements: Mapping[UUID, Row]
    """By `external_id`: direction, amount."""
    elsewhere: frozenset[UUID] = field(default_factory=frozenset)
    """Transactions of other tills."""


def conclude(witness: Witness, books: Books, *, settled: bool) -> None:
    """Accuse of everything that contradicts; with `settled` also of everything open."""
    Audit(witness, books, settled).run()


class Audit:
    """One comparison."""

    def __init__(self, witness: Witness, books: Books, settled: bool) -> None:
        self._witness = witness
        self._tape = witness.tape
        self._accuse = witness.accuse
        self._books = books
        self._lost = witness.lost
        self._settled = settled
        self._states = {state.payment.id: state for state in books.payments}
        self._receipts = {
            promised.id: state for state in books.payments for promised in state.receipts
        }
        self._calls: dict[str, list[Row]] = defaultdict(list)
        for row in books.calls:
            self._calls[row["subject"]].append(row)
        self._by_hand: dict[UUID, str] = {}
        """Foreign documents by the operation that they prove: `<FN>:<FD>`."""

    def run(self) -> None:
        self._tape.read()
        for one in self._tape.documents.values():
            if is_foreign(one):
                self._by_hand[compared(one).proves] = one.receipt_id
        self._witness.check_sent()
        for payment_id, where in self._witness.promised.items():
            if payment_id not in self._states and payment_id not in self._lost:
                self._accuse(f"{payment_id} ({where}) is lost")
        self._check_tape()
        self._check_asked()
        for state in self._states.values():
            self._witness.hold(state)
            self._check_end(state)
        self._check_moves()
        if self._settled and not (self._witness.restored and self._tape.is_replaced):
            self._check_money()
        if self._books.crm is not None:
            self._check_crm(self._books.crm)

    def _check_tape(self) -> None:
        for receipt_id, documents in self._tape.of_receipt.items():
            state = self._receipts.get(receipt_id)
            if state is None and receipt_id in self._lost:
                self._check_read_back(receipt_id, documents)
            elif state is None:
                self._accuse(f"{receipt_id} is on the tape, not in the journal")
            elif state.called_off:
                self._accuse(f"{receipt_id} was called off, and is on the tape")
            # Behind a new FN an old journal has nobody to ask for what the old FN holds.
            drives = {one.fiscal_drive_number for one in documents}
            if len(documents) > 1 and not (self._witness.restored and len(drives) > 1):
                numbers = [one.fiscal_document_number for one in documents]
                self._accuse(f"{receipt_id} has {len(documents)} documents: {numbers}")
        for key, document in self._tape.documents.items():
            if is_strange(document):
                self._accuse(f"document {key} has no payment")

    def _check_asked(self) -> None:
        """What was noted is what was asked for, to the kopeck and by method."""
        for ids, request in self._witness.asked.items():
            asked = asked_sums(request)
            if asked is None or not ids <= self._states.keys():
                continue
            noted = noted_sums((self._states[one].payment for one in ids), asked)
            if noted != asked:
                self._accuse(f"{sorted(map(str, ids))}: asked {dict(asked)}, noted {dict(noted)}")

    def _check_read_back(self, receipt_id: UUID, documents: Sequence[FiscalDocument]) -> None:
        """What an old copy of the journal does not know, it reads on the tape."""
        if not self._settled:
            return
        for one in documents:
            key = one.fiscal_drive_number, one.fiscal_document_number
            if one.fiscal_drive_number == self._tape.drive and key not in self._books.documents:
                self._accuse(f"{receipt_id} is on the tape as {key}, and was not read back")
            if one.fiscal_drive_number == self._tape.drive and not self._books.incidents:
                self._accuse("the journal is an old one, and does not tell of it")

    def _check_end(self, state: PaymentState) -> None:
        payment_id = state.payment.id
        said = self._witness.promised.get(payment_id)
        if said == "turned down" and not state.called_off and not self._witness.restored:
            self._accuse(f"{payment_id} was turned down, but stands")
        if said in ("recorded", "noted") and state.called_off:
            self._accuse(f"{payment_id} was {said}, and is called off")
        if not self._settled or state.called_off:
            return
        for promised in state.receipts:
            if promised.document is None:
                self._accuse(f"{payment_id} has no document at the end")

    # Sums

    def _check_money(self) -> None:
        """By shift and method, of the tape and of the journal."""
        taped: dict[tuple[str, int | None, PayBy], int] = defaultdict(int)
        noted: dict[tuple[str, int | None, PayBy], int] = defaultdict(int)
        for receipt_id, documents in self._tape.of_receipt.items():
            for one in documents if receipt_id in self._receipts else ():
                if payments := one.payments:
                    shift, sign = (one.fiscal_drive_number, one.shift_number), sign_of(one)
                    taped[*shift, PayBy.CASH] += sign * payments.cash
                    taped[*shift, PayBy.CARD] += sign * payments.cashless
                    taped[*shift, PayBy.BALANCE] += sign * payments.prepaid
        for state in self._states.values():
            document = state.document
            if document is None or len(state.receipts) > 1:
                continue
            found = self._tape.documents.get(
                (document.fiscal_drive_number, document.fiscal_document_number)
            )
            if found is None:
                continue
            shift = found.fiscal_drive_number, found.shift_number
            for method in (PayBy.CASH, PayBy.CARD, PayBy.BALANCE):
                noted[*shift, method] += _sign(state) * state.payment.paid_by(method)
        if _without_zeros(taped) != _without_zeros(noted):
            self._accuse(f"money: {dict(taped)} on the tape, {dict(noted)} in the journal")

    # Cash

    def _check_moves(self) -> None:
        """Each movement of the journal is in the drawer as often as it says."""
        told: dict[int, int] = defaultdict(int)
        for amount in self._books.moved:
            told[amount] += 1
        lost = set(self._lost.values())
        if repeated := [one for one, times in told.items() if times > 1 and one not in lost]:
            self._accuse(f"moved twice: {repeated}")
        for row in self._books.cash_moves:
            amount = row["amount"] if row["direction"] == "in" else -row["amount"]
            times = told.pop(amount, 0)
            if amount in lost:
                continue  # made again by a station that did not know
            if row["state"] == "done" and times != 1:
                self._accuse(f"movement {row['id']} is done, the register moved it {times} times")
            if row["state"] == "refused" and times:
                self._accuse(f"movement {row['id']} is refused, but the register moved it")
            crm = self._books.crm
            if crm is not None and row["state"] == "refused" and UUID(row["id"]) in crm.movements:
                self._accuse(f"movement {row['id']} is refused, but in the CRM")
        if told.keys() - lost:
            self._accuse(f"the register moved {list(told)}, the journal knows nothing of it")

    # The CRM

    def _check_crm(self, crm: Ledger) -> None:
        for payment_id, state in self._states.items():
            self._check_transaction(crm, payment_id, state)
        for external_id in crm.transactions:
            known = external_id in self._states or external_id in crm.elsewhere
            if external_id in self._by_hand:
                self._check_added(crm, external_id)
            elif not known and external_id not in self._lost:
                self._accuse(f"{external_id} is in the CRM, and no payment explains it")
        known = {UUID(row["id"]): row for row in self._books.cash_moves}
        for external_id, row in crm.movements.items():
            ours = known.get(external_id)
            if ours is None and external_id in self._lost:
                continue
            if ours is None:
                self._accuse(f"movement {external_id} is in the CRM alone")
            elif (ours["direction"], ours["amount"]) != (row["direction"], row["amount"]):
                self._accuse(f"movement {external_id} is another in the CRM")
        if self._settled:
            for move_id, row in known.items():
                calls = self._calls.get(str(move_id), [])
                waits = any(call["state"] != "done" for call in calls)
                if row["state"] == "done" and not waits and move_id not in crm.movements:
                    self._accuse(f"movement {move_id} is done, and not in the CRM")
            self._check_cash(crm)

    def _check_added(self, crm: Ledger, external_id: UUID) -> None:
        """What was added for a foreign document has that one, and its sum."""
        row = crm.transactions[external_id]
        if list(crm.receipts.get(row["id"], ())) != [self._by_hand[external_id]]:
            self._accuse(
                f"{external_id} was added for {self._by_hand[external_id]}, and has others"
            )

    def _check_transaction(self, crm: Ledger, payment_id: UUID, state: PaymentState) -> None:
        found = crm.transactions.get(payment_id)
        post = state.calls[0] if state.calls else None
        if found is None:
            if post is CallState.DONE or (post is CallState.PENDING and self._settled):
                self._accuse(f"{payment_id} is not in the CRM ({post})")
            return
        if state.called_off:
            self._accuse(f"{payment_id} was called off ({state.called_off}), and is in the CRM")
        if post in (None, CallState.POISONED, CallState.REFUSED):
            self._accuse(f"{payment_id} is in the CRM, though it was not told ({post})")
        payment = state.payment
        here = payment.kind, payment.total, payment.client_id, payment.direction
        there = tuple(found[name] for name in ("type", "amount", "client_id", "direction"))
        if here != there:
            self._accuse(f"{payment_id} is another in the CRM: {there}")
        parts = {str(part.method): part.amount for part in payment.parts}
        if payment.kind not in _WITHOUT_PARTS and parts != crm.parts.get(found["id"], {}):
            self._accuse(f"{payment_id} was paid {parts}, in the CRM {crm.parts.get(found['id'])}")
        self._check_attached(crm, found["id"], payment_id, state)

    def _check_attached(
        self, crm: Ledger, transaction_id: str, payment_id: UUID, state: PaymentState
    ) -> None:
        attached = sorted(crm.receipts.get(transaction_id, ()))
        taped = sorted(
            f"{one.fiscal_drive_number}:{one.fiscal_document_number}"
            for promised in state.receipts
            for one in self._tape.of_receipt.get(promised.id, ())
        )
        if not set(attached) <= set(taped):
            self._accuse(f"{payment_id} has {attached} attached, the tape has {taped}")
        drives = {receipt_id.partition(":")[0] for receipt_id in taped}
        if self._witness.restored and len(drives) > 1:
            return
        if self._settled and attached != taped:
            errors = [row["error"] for row in self._calls[str(payment_id)] if row["error"]]
            self._accuse(f"{payment_id}: {attached} attached, not {taped} {errors}")

    def _check_cash(self, crm: Ledger) -> None:
        """The drawer is what came by the CRM's account, and what the CRM is not told."""
        if self._books.drawer is None or self._witness.restored:
            return
        told = sum(
            (-1 if row["type"] in _GIVES else 1) * crm.parts.get(row["id"], {}).get("cash", 0)
            for external_id, row in crm.transactions.items()
            if external_id not in crm.elsewhere
        )
        moved = sum(
            row["amount"] if row["direction"] == "in" else -row["amount"]
            for row in crm.movements.values()
        )
        untold = sum(
            cash_of(document)
            for document in self._tape.documents.values()
            if self._is_unadded(document, crm) or self._is_untold(named(document), crm)
        )
        untold += sum(
            row["amount"] if row["direction"] == "in" else -row["amount"]
            for row in self._books.cash_moves
            if row["state"] == "done" and UUID(row["id"]) not in crm.movements
        )
        unknown = {
            row["amount"] if row["direction"] == "in" else -row["amount"]
            for row in self._books.cash_moves
            if row["state"] in ("intended", "unknown")
        }
        untold += sum(amount for amount in self._books.moved if amount in unknown)
        if self._books.drawer != told + moved + untold:
            self._accuse(
                f"cash: {self._books.drawer} in the drawer, {told} + {moved} in the CRM,"
                f" {untold} that it is not told"
            )

    def _is_unadded(self, document: FiscalDocument, crm: Ledger) -> bool:
        return is_foreign(document) and compared(document).proves not in crm.transactions

    def _is_untold(self, receipt_id: UUID | None, crm: Ledger) -> bool:
        state = self._receipts.get(receipt_id) if receipt_id else None
        return state is not None and state.payment.id not in crm.transactions


_GIVES = ("refund", "withdrawal")
_WITHOUT_PARTS = ("bonus_credit", "bonus_write_off", "adjustment")


def _sign(state: PaymentState) -> int:
    return -1 if state.payment.kind in _GIVES else 1


def _without_zeros(sums: Mapping[Any, int]) -> dict[Any, int]:
    return {key: value for key, value in sums.items() if value}
