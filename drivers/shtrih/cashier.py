"""Who sells: the cells of the tables that every document takes the cashier from.

A document names the operator whose password closes it (table 2) and the INN in the FN
table. Writing the cells only when somebody else stands there costs no bytes on an ordinary
receipt, while tags 1021 and 1203 by FF0C would cost them on each. An INN that stood there
for the last cashier must go too, hence the empty text for a cashier without one.
"""

from __future__ import annotations

from drivers.ffd import composition, cp866
from drivers.ffd.receipt import Cashier
from drivers.register import Reason, Refused, Unreachable
from drivers.shtrih.commands import device, fn
from drivers.shtrih.commands.request import BadValue, Request, text
from drivers.shtrih.facts import CASHIER_INN, OPERATOR_NAME, TABLE_OPERATORS, DeviceFacts
from drivers.shtrih.session import Session

_INN_TAG = 1203


class CashierCells:
    """The two cells of one register, as they stand."""

    def __init__(self, session: Session, facts: DeviceFacts) -> None:
        self._session = session
        self._name = _Cell(session, TABLE_OPERATORS, facts.operator, OPERATOR_NAME)
        self._inn = _Cell(session, facts.fn_table, 1, CASHIER_INN)

    async def put(self, cashier: Cashier) -> tuple[Request[None], ...]:
        """Make `cashier` the one; gives the tags that the tables cannot hold.

        Raises `Refused`, `BAD_REQUEST` for a name that does not fit the table.
        """
        if not await self._name.put(cp866.normalize(cashier.name)):
            tags = composition.cashier_tags(cashier)
        elif not await self._inn.put(cashier.inn or ""):
            tags = tuple(tag for tag in composition.cashier_tags(cashier) if tag.tag == _INN_TAG)
        else:
            tags = ()
        return tuple(fn.document_tag(self._session.operator, tag.encode()) for tag in tags)


class _Cell:
    """A text cell that is written only when it differs."""

    def __init__(self, session: Session, table: int, row: int, field: int) -> None:
        self._session = session
        self._address = (table, row, field)
        self._value: str | None = None
        self._size: int | None = None
        self._missing = False

    async def put(self, value: str) -> bool:
        """False when the register has no such cell."""
        if self._missing:
            return False
        session = self._session
        if self._value is None:
            found = await session.run_optional(device.read_text(session.admin, *self._address))
            if found is None:
                self._missing = True
                return False
            self._value = found.strip()
        if self._value == value.strip():
            return True
        table, row, field = self._address
        if self._size is None:
            structure = await session.run(device.field_structure(session.admin, table, field))
            self._size = structure.size
        try:
            raw = text(value.strip(), self._size)
        except BadValue as error:
            raise Refused(Reason.BAD_REQUEST, f"cashier: {error}") from error
        self._value = None  # not known until the answer says so
        try:
            # Filled with zeros: a shorter text might leave the rest of a longer one.
            await session.run_outside_documents(
                device.write_cell(session.admin, table, row, field, raw.ljust(self._size, b"\0"))
            )
        except Unreachable:
            raise
        except Refused as refused:
            if refused.reason is Reason.UNSUPPORTED:
                self._missing = True
                return False
            raise
        self._value = value.strip()
        return True
