"""The device around the fiscal part: clock, power, paper, and the one way to write.

Holds the durable `State` and replaces it as a whole, together with what is recorded, in one
transaction. Printing follows: what is recorded stays so, whatever paper and power do then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from drivers.register import PrintState
from drivers.virtual import paper
from drivers.virtual.facts import PrinterFacts, Timing
from drivers.virtual.faults import Faults
from drivers.virtual.fiscal_storage import FiscalStorage
from drivers.virtual.printer import PaperSink, Printer
from drivers.virtual.refusals import DeviceRefused, PowerLost, Refusal
from drivers.virtual.registration import Registration
from drivers.virtual.state import State, stored
from drivers.virtual.store import Store, StoredDocument

Clock = Callable[[], datetime]
"""Gives the aware local time of the register."""


class Device:
    """Clock, power and paper of one register.

    Attributes:
        state: What a power cut leaves; changed by `commit` only.
        storage: The FN.
        faults: The injected faults.
    """

    def __init__(
        self,
        store: Store,
        state: State,
        registration: Registration,
        clock: Clock,
        sink: PaperSink,
        faults: Faults,
        timing: Timing,
    ) -> None:
        self.state = state
        self.storage = FiscalStorage(store, registration)
        self.faults = faults
        self._store = store
        self._clock = clock
        self._ofd_delay = timing.ofd_delay
        self._new_paper_after = timing.new_paper
        self._no_paper_since: datetime | None = None
        self._printer = Printer(sink, timing.print_line)

    def now(self) -> datetime:
        """The register's clock."""
        return self._clock() + self.state.clock_offset

    def tick(self) -> datetime:
        """Let time pass: prints go on, the operator answers. Gives the time it is now."""
        now = self.now()
        self._print_on(now)
        self._bring_paper(now)
        fn, tickets = self.storage.deliver(self.state.fn, now, self._ofd_delay)
        if tickets:
            self._write(replace(self.state, fn=fn), tickets=tickets)
        return now

    def commit(
        self,
        command: str,
        state: State,
        printout: Sequence[str] = (),
        documents: Sequence[StoredDocument] = (),
    ) -> None:
        """Write `state` and `documents` at once, then print. Raises `PowerLost`."""
        if documents and self.faults.fires("power-cut-before-record", command):
            self.lose_power()
        if printout:
            job = replace(state.paper, job=tuple(printout), state=PrintState.PRINTING)
            state = replace(state, paper=job)
        self._write(state, documents)
        if documents and self.faults.fires("power-cut-after-record", command):
            self.lose_power()
        if not printout:
            return
        self._printer.start(printout, self.now())
        if documents and self.faults.fires("paper-out-after-record", command):
            self._tear(0)
        elif self.faults.fires("paper-out-middle", command):
            self._tear(len(printout) // 2)
        else:
            self._print_on(self.now())

    def set_clock(self, moment: datetime) -> None:
        """`moment` is aware."""
        self._write(replace(self.state, clock_offset=moment - self._clock()))

    def set_ofd_reachable(self, reachable: bool) -> None:
        """Cut or restore the link to the operator."""
        now = self.tick()
        if reachable is not self.state.fn.ofd_reachable:
            fn = replace(self.state.fn, ofd_reachable=reachable, ofd_reachable_since=now)
            self._write(replace(self.state, fn=fn))

    def lose_power(self) -> NoReturn:
        """Raises `PowerLost`; the job in print stays to be printed after `restart`."""
        self._printer.stop()
        raise PowerLost

    def restart(self) -> None:
        """Power is back: a print that was cut off starts again, if there is paper."""
        if self.state.paper.state is PrintState.PRINTING:
            self._printer.start(self.state.paper.job, self.now())
        self.tick()

    # Paper.

    @property
    def printer(self) -> PrinterFacts:
        paper_state = self.state.paper
        return PrinterFacts(
            state=paper_state.state,
            paper_present=paper_state.present,
            cover_open=paper_state.cover_open,
        )

    def require_printer(self) -> None:
        """Refuse while nothing can be printed."""
        state = self.state.paper
        if state.state is PrintState.PRINTING:
            raise DeviceRefused(Refusal.PRINTING)
        if state.cover_open:
            raise DeviceRefused(Refusal.COVER_OPEN)
        if not state.present or state.state is PrintState.PAPER_OUT:
            raise DeviceRefused(Refusal.PAPER_OUT)
        if state.state is PrintState.WAITS_FOR_CONTINUE:
            raise DeviceRefused(Refusal.WAITS_FOR_CONTINUE)

    def can_print(self) -> bool:
        try:
            self.require_printer()
        except DeviceRefused:
            return False
        return True

    def set_paper(self, present: bool) -> None:
        """Take the paper out, or put a roll in."""
        self.tick()
        self._change_paper(present=present, cover_open=self.state.paper.cover_open)

    def set_cover(self, is_open: bool) -> None:
        self.tick()
        self._change_paper(present=self.state.paper.present, cover_open=is_open)

    def continue_print(self) -> None:
        """Print the torn document again, as a whole."""
        state = self.state.paper
        if state.cover_open:
            raise DeviceRefused(Refusal.COVER_OPEN)
        if state.state is PrintState.PAPER_OUT:
            raise DeviceRefused(Refusal.PAPER_OUT)
        if state.state is not PrintState.WAITS_FOR_CONTINUE:
            raise DeviceRefused(Refusal.NOTHING_TO_CONTINUE)
        printing = replace(state, state=PrintState.PRINTING, job=(*paper.TORN, *_whole(state.job)))
        self._write(replace(self.state, paper=printing))
        self._printer.start(printing.job, self.now())
        self._print_on(self.now())

    def _change_paper(self, present: bool, cover_open: bool) -> None:
        """A running print tears when paper or cover go; with both back it may go on."""
        can_print = present and not cover_open
        state = self.state.paper.state
        if state is PrintState.PRINTING and not can_print:
            self._printer.stop()
            state = PrintState.PAPER_OUT
        elif state is PrintState.PAPER_OUT and can_print:
            state = PrintState.WAITS_FOR_CONTINUE
        elif state is PrintState.WAITS_FOR_CONTINUE and not can_print:
            state = PrintState.PAPER_OUT
        changed = replace(self.state.paper, present=present, cover_open=cover_open, state=state)
        self._write(replace(self.state, paper=changed))

    def _bring_paper(self, now: datetime) -> None:
        """Somebody has seen for long enough that there is none."""
        if self._new_paper_after is None:
            return
        if self.state.paper.present:
            self._no_paper_since = None
            return
        self._no_paper_since = self._no_paper_since or now
        if now - self._no_paper_since >= self._new_paper_after:
            self._change_paper(present=True, cover_open=self.state.paper.cover_open)

    def _tear(self, printed_lines: int) -> None:
        """The paper ends after so many lines of the job."""
        self._printer.tear(printed_lines)
        torn = replace(self.state.paper, present=False, state=PrintState.PAPER_OUT)
        self._write(replace(self.state, paper=torn))

    def _print_on(self, now: datetime) -> None:
        if self.state.paper.state is PrintState.PRINTING and self._printer.advance(now):
            done = replace(self.state.paper, state=PrintState.IDLE, job=())
            self._write(replace(self.state, paper=done))

    def _write(
        self,
        state: State,
        documents: Sequence[StoredDocument] = (),
        tickets: dict[int, datetime] | None = None,
    ) -> None:
        self._store.commit(stored(state), documents, tickets)
        self.state = state


def _whole(job: Sequence[str]) -> Sequence[str]:
    """A job without the mark of an earlier tear."""
    return job[len(paper.TORN) :] if tuple(job[: len(paper.TORN)]) == paper.TORN else job
