"""People who run `kassa pay` and ask again with the same id until they are answered."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID

from tests.real_kills.processes import Till, Told

ANSWERED = (0, 4)
"""Exit codes after which nobody asks again: done, or refused."""
_SHIFT_IS_CLOSED = ("shift_closed", "crm_shift_closed")
_LATER = (*_SHIFT_IS_CLOSED, "unsettled", "queue_full", "journal_failed", "shift_expired",
          "paper_out", "waits_for_continue", "busy")  # fmt: skip


class Payer(Thread):
    """Pays one transaction after another."""

    def __init__(self, till: Till, seed: int, ending: Event, deadline_s: float) -> None:
        super().__init__(daemon=True)
        self._till = till
        self._random = Random(seed)
        self._ending = ending
        self._deadline_s = deadline_s
        self.answers: dict[UUID, list[Told]] = {}
        self.unanswered: list[UUID] = []
        self.ended: Counter[str] = Counter()
        self.killed = 0

    def run(self) -> None:
        while not self._ending.is_set():
            external_id = UUID(bytes=self._random.randbytes(16), version=4)
            self._pay(external_id, self._transaction(external_id))

    def _pay(self, external_id: UUID, transaction: dict[str, Any]) -> None:
        """Ask until there is an answer; after the end of the killing not for ever."""
        told = self.answers.setdefault(external_id, [])
        until = None
        while True:
            dies_s = None
            if not self._ending.is_set() and self._random.random() < 0.1:
                dies_s = 0.1 + self._random.random()
            one = self._till.ask("pay", "--json", "-", said=transaction, dies_s=dies_s)
            told.append(one)
            self.killed += one.code is None
            reason = one.answer.get("reason")
            if reason in _SHIFT_IS_CLOSED:
                self._till.ask("shift", "open", "--comment", "касса", "--json")
            if one.answer.get("result") == "not_recorded":
                self._till.ask(
                    "settle", "--issue", "--json"
                )  # as a person does who has the money and no receipt
            if one.code in ANSWERED and reason not in _LATER:
                self.ended[one.answer["result"]] += 1
                return
            if self._ending.is_set():
                until = until or time.monotonic() + self._deadline_s
                if time.monotonic() > until:
                    self.unanswered.append(external_id)
                    return
                time.sleep(0.2)

    def _transaction(self, external_id: UUID) -> dict[str, Any]:
        random = self._random
        client = f"c{random.randint(1, 5)}"
        amount = random.randint(1, 500_00)
        method = random.choice(("cash", "card"))
        kind = random.choice(
            ("top_up", "top_up", "charge", "balance", "withdrawal", "bonus_credit")
        )
        paid = [{"method": method, "amount": amount}]
        body: dict[str, Any] = {"type": kind, "client_id": client, "amount": amount}
        match kind:
            case "charge" | "balance":
                method = "balance" if kind == "balance" else method
                line = {"kind": "product", "ref_id": "tea", "name": "Чай", "quantity": "2",
                        "price": 70_00, "tax_class": "goods"}  # fmt: skip
                paid = [{"method": method, "amount": 140_00}]
                body |= {"type": "charge", "amount": 140_00, "lines": [line], "payments": paid}
            case "withdrawal":
                paid = [{"method": "card", "amount": amount}]
                body |= {"payments": paid, "comment": "просит"}
            case "bonus_credit":
                body |= {"comment": "турнир"}
            case _:
                body |= {"payments": paid}
        return {"external_id": str(external_id), **body}
