"""Several tills on one CRM: whose is what, and what must hold over all their registers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from kassa_tui.station.drafts import till_tag
from tests.simulation.books import Books
from tests.simulation.cashier import Cashier
from tests.simulation.world import World

_PAID_ELSEWHERE = "crm-posted-elsewhere"
_AT_LEAST = 0.25
"""By operation: money taken with the CRM's own screens, which both tills may want to receipt."""
_RECONCILES = 0.4


def meet_often(worlds: Sequence[World], cashiers: Sequence[Cashier]) -> None:
    """Give the tills something to contend for."""
    for world, cashier in zip(worlds, cashiers, strict=True):
        if world.chance.rates:
            rate = world.chance.rates.get(_PAID_ELSEWHERE, 0.0)
            world.chance.rates[_PAID_ELSEWHERE] = max(rate, _AT_LEAST)
        cashier.reconciles = _RECONCILES


def parted(worlds: Sequence[World], books: Sequence[Books]) -> list[Books]:
    """Each till's books without what the CRM has of the others."""
    own: list[Books] = []
    for world, its in zip(worlds, books, strict=True):
        assert its.crm is not None, "tills meet in a CRM"
        others = [one for one in worlds if one is not world]
        tags = {till_tag(one.settings.till) for one in others}
        moves = {UUID(row["id"]) for one in books if one is not its for row in one.cash_moves}
        for one in others:
            moves |= one.witness.lost.keys()
        crm = replace(
            its.crm,
            transactions={
                external_id: row
                for external_id, row in its.crm.transactions.items()
                if tags.isdisjoint(json.loads(row["tags"]))
            },
            movements={
                external_id: row
                for external_id, row in its.crm.movements.items()
                if external_id not in moves
            },
        )
        own.append(replace(its, crm=crm))
    return own


def one_document_each(worlds: Sequence[World]) -> None:
    """Over all registers no transaction has two documents, nor a document of another one."""
    first = worlds[0]
    crm = first.club.ledger()
    for world in worlds:
        world.witness.tape.read()
    on_tape = {
        one.receipt_id: one for world in worlds for one in world.witness.tape.documents.values()
    }
    for external_id, row in crm.transactions.items():
        tapes = [world for world in worlds if external_id in world.witness.tape.of_receipt]
        if len(tapes) > 1:
            found = [_numbers(world.witness.tape.of_receipt[external_id]) for world in tapes]
            first.witness.accuse(f"{external_id} has documents on two registers: {found}")
        for receipt_id in crm.receipts.get(row["id"], ()):
            if receipt_id not in on_tape:
                first.witness.accuse(f"{external_id} has {receipt_id}, which no register has")


def _numbers(documents: Sequence[FiscalDocument]) -> list[str]:
    return [one.receipt_id for one in documents]
