"""What a CRM answers when it does not do what it was asked, by what may be done next.

::

    CrmError
     ├─ Refused                surely nothing changed; the same request gets the same answer
     │   ├─ SignInNeeded           Unauthenticated, TokenExpired
     │   ├─ NotAllowed             Forbidden(permission), ClubAccessDenied, ClientBlocked
     │   ├─ Missing                NotFound, NoOpenShift
     │   ├─ ShiftRefused           ShiftAlreadyOpen(shift_id), ShiftClosed(current_shift_id),
     │   │                         ShiftExpired, ShiftHasActiveSessions(count),
     │   │                         ShiftHasPendingTransactions(count)
     │   ├─ LimitExceeded          InsufficientBalance(available), InsufficientCash(available),
     │   │                         BonusLimitExceeded(max_bonus),
     │   │                         RefundExceedsOriginal(available)
     │   ├─ OfferChanged           BalanceChanged, TariffNotAvailable, OutOfStock,
     │   │                         PriceChanged(price), MarkingCodeRejected
     │   ├─ ReceiptRefused         ReceiptAlreadyAttached(receipt_id),
     │   │                         ReceiptInUse(transaction_id), ReceiptInconsistent(faults)
     │   ├─ ReadAgain              VersionConflict(etag), CursorInvalid, CursorExpired
     │   ├─ Malformed              InvalidRequest, ValidationFailed(faults), ExternalIdConflict,
     │   │                         IdempotencyKeyMissing, IdempotencyKeyReused,
     │   │                         PreconditionRequired
     │   └─ NotSupported(feature)  the station keeps that data to itself
     ├─ Retryable              surely nothing changed; the same request may pass later
     │                             RateLimited, CrmUnavailable
     └─ Unsure                 it may have been done: repeat with the same key until an answer
         │                         comes, or look for the `external_id`
         │                         RequestInProgress, Internal, CrmFailed, CrmTimeout
         └─ OutcomeUnclear     and no further asking tells: a person looks in the CRM

`ShiftClosed` is the one refusal after which a queued write goes on by itself: to the
current shift, with a new key and the same `external_id`.

A station switches on the type; `detail` is English, for the log. Source: contract D.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ValidationError

MAX_FAULTS = 20
"""No answer lists more broken fields."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One field of a request that breaks a rule."""

    pointer: str
    """JSON pointer into the body, as a fragment: `#/payments/0/amount`."""
    code: str
    detail: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.detail}"


class CrmError(Exception):
    """Anything but a good ending.

    Attributes:
        code: The problem code of the contract.
        status: The HTTP status that goes with it.
        detail: What happened, in English, for the log.
        retry_after_s: Seconds to wait at least, when the CRM said so.
        request_id: Names the request in the CRM's log.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    retryable: ClassVar[bool] = False
    """The same request, with the same key, is worth repeating."""

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after_s: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.request_id = request_id


class Refused(CrmError):
    """Surely nothing changed, and repeating the request changes nothing either."""


class Retryable(CrmError):
    """Surely nothing changed; the CRM is away or asks for patience."""

    retryable = True


class Unsure(CrmError):
    """The request may have been carried out."""

    retryable = True


class SignInNeeded(Refused):
    """The token is of no use any more; a person signs in."""


class Unauthenticated(SignInNeeded):
    code = "unauthenticated"
    status = 401


class TokenExpired(SignInNeeded):
    code = "token-expired"
    status = 401


class NotAllowed(Refused):
    """Not by this operator, or not for this client."""


class Forbidden(NotAllowed):
    code = "forbidden"
    status = 403

    def __init__(self, detail: str = "", *, permission: str, request_id: str | None = None) -> None:
        super().__init__(detail or f"permission {permission} is missing", request_id=request_id)
        self.permission = permission


class ClubAccessDenied(NotAllowed):
    code = "club-access-denied"
    status = 403


class ClientBlocked(NotAllowed):
    code = "client-blocked"
    status = 403


class Missing(Refused):
    """There is no such thing."""


class NotFound(Missing):
    code = "not-found"
    status = 404


class NoOpenShift(Missing):
    code = "no-open-shift"
    status = 404


class ShiftRefused(Refused):
    """The shift is not in the state that the request needs."""


class ShiftAlreadyOpen(ShiftRefused):
    code = "shift-already-open"
    status = 409

    def __init__(self, detail: str = "", *, shift_id: str, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id)
        self.shift_id = shift_id


class ShiftClosed(ShiftRefused):
    code = "shift-closed"
    status = 409

    def __init__(
        self,
        detail: str = "",
        *,
        current_shift_id: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail, request_id=request_id)
        self.current_shift_id = current_shift_id
        """The club's open shift, when there is one."""


class ShiftExpired(ShiftRefused):
    code = "shift-expired"
    status = 409


class _ShiftBusy(ShiftRefused):
    def __init__(self, detail: str = "", *, count: int, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id)
        self.count = count


class ShiftHasActiveSessions(_ShiftBusy):
    code = "shift-has-active-sessions"
    status = 409


class ShiftHasPendingTransactions(_ShiftBusy):
    code = "shift-has-pending-transactions"
    status = 409


class LimitExceeded(Refused):
    """More than there is, or more than is allowed.

    Attributes:
        limit: The most that would pass, kopecks.
    """

    def __init__(self, detail: str, limit: int, request_id: str | None) -> None:
        super().__init__(detail or f"at most {limit}", request_id=request_id)
        self.limit = limit


class _MoreThanAvailable(LimitExceeded):
    def __init__(self, detail: str = "", *, available: int, request_id: str | None = None) -> None:
        super().__init__(detail, available, request_id)
        self.available = available


class InsufficientBalance(_MoreThanAvailable):
    code = "insufficient-balance"
    status = 409


class InsufficientCash(_MoreThanAvailable):
    code = "insufficient-cash"
    status = 409


class RefundExceedsOriginal(_MoreThanAvailable):
    code = "refund-exceeds-original"
    status = 409


class BonusLimitExceeded(LimitExceeded):
    code = "bonus-limit-exceeded"
    status = 409

    def __init__(self, detail: str = "", *, max_bonus: int, request_id: str | None = None) -> None:
        super().__init__(detail, max_bonus, request_id)
        self.max_bonus = max_bonus


class OfferChanged(Refused):
    """What the screen showed is no longer so; show it anew and ask again."""


class BalanceChanged(OfferChanged):
    code = "balance-changed"
    status = 409


class TariffNotAvailable(OfferChanged):
    code = "tariff-not-available"
    status = 409


class OutOfStock(OfferChanged):
    code = "out-of-stock"
    status = 409


class PriceChanged(OfferChanged):
    code = "price-changed"
    status = 409

    def __init__(self, detail: str = "", *, price: int, request_id: str | None = None) -> None:
        super().__init__(detail or f"the price is {price}", request_id=request_id)
        self.price = price
        """The price now, kopecks."""


class MarkingCodeRejected(OfferChanged):
    code = "marking-code-rejected"
    status = 409


class ReceiptRefused(Refused):
    """The document does not go with the transaction; reconciliation shows both."""


class ReceiptAlreadyAttached(ReceiptRefused):
    code = "receipt-already-attached"
    status = 409

    def __init__(self, detail: str = "", *, receipt_id: str, request_id: str | None = None) -> None:
        super().__init__(detail, request_id=request_id)
        self.receipt_id = receipt_id


class ReceiptInUse(ReceiptRefused):
    code = "receipt-in-use"
    status = 409

    def __init__(
        self, detail: str = "", *, transaction_id: str, request_id: str | None = None
    ) -> None:
        super().__init__(detail, request_id=request_id)
        self.transaction_id = transaction_id


class ReceiptInconsistent(ReceiptRefused):
    code = "receipt-inconsistent"
    status = 422

    def __init__(self, faults: Iterable[Fault], *, request_id: str | None = None) -> None:
        self.faults = tuple(faults)[:MAX_FAULTS]
        super().__init__("; ".join(map(str, self.faults)), request_id=request_id)


class ReadAgain(Refused):
    """The caller's copy is old; read it again and decide anew."""


class VersionConflict(ReadAgain):
    code = "version-conflict"
    status = 412

    def __init__(self, detail: str = "", *, etag: str, request_id: str | None = None) -> None:
        super().__init__(detail or f"the version is {etag}", request_id=request_id)
        self.etag = etag
        """The ETag now, quotes included."""


class CursorInvalid(ReadAgain):
    code = "cursor-invalid"
    status = 400


class CursorExpired(ReadAgain):
    code = "cursor-expired"
    status = 410


class Malformed(Refused):
    """The request itself is wrong: an error of the station, or of what was typed."""


class InvalidRequest(Malformed):
    code = "invalid-request"
    status = 400


class ValidationFailed(Malformed):
    code = "validation-failed"
    status = 422

    def __init__(self, faults: Iterable[Fault], *, request_id: str | None = None) -> None:
        self.faults = tuple(faults)[:MAX_FAULTS]
        super().__init__("; ".join(map(str, self.faults)), request_id=request_id)


class ExternalIdConflict(Malformed):
    code = "external-id-conflict"
    status = 409


class IdempotencyKeyMissing(Malformed):
    code = "idempotency-key-missing"
    status = 400


class IdempotencyKeyReused(Malformed):
    code = "idempotency-key-reused"
    status = 422


class PreconditionRequired(Malformed):
    code = "precondition-required"
    status = 428


class NotSupported(Refused):
    code = "not-supported"
    status = 501

    def __init__(self, detail: str = "", *, feature: str, request_id: str | None = None) -> None:
        super().__init__(detail or f"no feature {feature}", request_id=request_id)
        self.feature = feature


class RateLimited(Retryable):
    code = "rate-limited"
    status = 429


class CrmUnavailable(Retryable):
    code = "crm-unavailable"
    status = 503


class RequestInProgress(Unsure):
    code = "request-in-progress"
    status = 409


class Internal(Unsure):
    code = "internal"
    status = 500


class CrmFailed(Unsure):
    code = "crm-error"
    status = 502


class CrmTimeout(Unsure):
    code = "crm-timeout"
    status = 504


class OutcomeUnclear(Unsure):
    """Asked again, the CRM would do it once more, and it has no way to be asked whether it did.

    A person looks there, and says which: see `port.Doubting`.
    """

    code = "outcome-unclear"
    status = 409
    retryable = False


def invalid(error: ValidationError) -> ValidationFailed:
    """The refusal for a body that a model would not take. Repeats nothing of the body."""
    return ValidationFailed(
        Fault(
            "#" + "".join(f"/{_escaped(step)}" for step in found["loc"]),
            found["type"],
            found["msg"],
        )
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _escaped(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")
