"""A document of the register that no transaction explains: "Add to IZI"."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.transaction import Line, Payment, TransactionType
from kassa_tui.izi.values import Id, Tag, Text, Wire


class ImportedTransaction(Wire):
    """What a person says the document was. Its amount and time are the receipt's."""

    type: TransactionType
    client_id: Id | None = None
    payments: Annotated[tuple[Payment, ...], Field(max_length=10)]
    lines: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    original_transaction_id: Id | None = None
    """Required for a refund."""
    order_id: Id | None = None
    comment: Text | None = None
    """Required."""
    tags: Annotated[tuple[Tag, ...], Field(max_length=10)] = ()


class ImportedReceipt(Wire):
    external_id: UUID
    receipt: Receipt
    transaction: ImportedTransaction
