"""The operation that a document proves, as the CRM imports it (contract D.5). Pure."""

from __future__ import annotations

from pydantic import ValidationError

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.izi.models.imported import ImportedReceipt, ImportedTransaction
from kassa_tui.izi.models.transaction import Payment, PaymentMethod, TransactionType
from kassa_tui.station.answers import Objection
from kassa_tui.station.drafts import till_tag
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.reconciliation.proofs import receipt_of
from kassa_tui.station.reconciliation.requests import AddAs, AddToIzi
from kassa_tui.station.reconciliation.sides import TapeDocument
from kassa_tui.station.settings import StationSettings

_SIGNS = {
    AddAs.TOP_UP: CalculationSign.SALE,
    AddAs.CHARGE: CalculationSign.SALE,
    AddAs.WITHDRAWAL: CalculationSign.SALE_RETURN,
    AddAs.REFUND: CalculationSign.SALE_RETURN,
}
_NEEDS_CLIENT = (AddAs.TOP_UP, AddAs.WITHDRAWAL)


def imported(
    request: AddToIzi,
    document: TapeDocument,
    settings: StationSettings,
    registration_number: str,
) -> ImportedReceipt | Objection:
    """What is sent to the CRM, or why that cannot be."""
    if document.calculation_sign is not _SIGNS[request.add_as]:
        return Objection.DOCUMENT_UNFIT
    if request.client_id is None and (request.add_as in _NEEDS_CLIENT or document.prepaid):
        return Objection.CLIENT_NEEDED
    if request.add_as is AddAs.REFUND and not request.original_transaction_id:
        return Objection.NO_SUCH_PAYMENT
    paid = (
        (PaymentMethod.CASH, document.cash),
        (PaymentMethod.CARD, document.cashless),
        (PaymentMethod.BALANCE, document.prepaid),
    )
    try:
        return ImportedReceipt(
            external_id=document.proves,
            receipt=receipt_of(document, registration_number),
            transaction=ImportedTransaction(
                type=TransactionType(request.add_as),
                client_id=request.client_id or None,
                payments=tuple(
                    Payment(method=method, amount=amount) for method, amount in paid if amount
                ),
                original_transaction_id=request.original_transaction_id or None,
                comment=request.comment.strip()[:MAX_COMMENT],
                tags=(till_tag(settings.till),),
            ),
        )
    except ValidationError:
        return Objection.WRONG_ID
