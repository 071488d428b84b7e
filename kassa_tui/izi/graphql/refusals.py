"""IZI's error codes as endings of the port (izi.md, A.16 and part E).

A code that IZI documents says what was not done. Any other, and an answer without one, says
nothing: a read may be repeated then, of a write nobody knows.
"""

from __future__ import annotations

from kassa_tui.izi.errors import (
    BalanceChanged,
    ClientBlocked,
    ClubAccessDenied,
    CrmError,
    CrmFailed,
    Fault,
    Forbidden,
    InvalidRequest,
    NoOpenShift,
    NotFound,
    RateLimited,
    TariffNotAvailable,
    TokenExpired,
    Unauthenticated,
    ValidationFailed,
)
from kassa_tui.izi.graphql.wire import Answer, Told, nobodys

SIGN_IN = frozenset({"UNAUTHENTICATED", "TOKEN_EXPIRED", "TOKEN_INVALID", "REFRESH_TOKEN_EXPIRED"})
LOOK_ALIKE_S = 300
"""IZI takes the same client and sum within five minutes for one payment told twice (A.9)."""


def refuses_token(answer: Answer) -> bool:
    """IZI says that it did nothing for want of a good token."""
    return bool(answer.errors) and all(one.code in SIGN_IN for one in answer.errors)


def is_broken(answer: Answer) -> bool:
    """IZI has failed by itself, and judged nothing."""
    return answer.status >= 500 or any(one.code.startswith("INTERNAL") for one in answer.errors)


def is_short(answer: Answer) -> bool:
    """The client has too little for it."""
    return any(one.code == "INSUFFICIENT_BALANCE" for one in answer.errors)


def refusal(answer: Answer, operation: str) -> CrmError:
    """The ending that an answer is which does not give what was asked for."""
    endings = [_ending(told, operation) for told in answer.errors]
    if not endings:
        return nobodys(answer)
    unsure = next((one for one in endings if isinstance(one, CrmFailed)), None)
    return unsure or endings[0]


def _ending(told: Told, operation: str) -> CrmError:
    words = f"{operation}: {told.code} {told.message}".rstrip()
    match told.code:
        case "UNAUTHENTICATED" | "TOKEN_INVALID" | "REFRESH_TOKEN_EXPIRED":
            return Unauthenticated(words)
        case "TOKEN_EXPIRED":
            return TokenExpired(words)
        case "FORBIDDEN":
            return Forbidden(words, permission=operation)
        case "CLUB_ACCESS_DENIED":
            return ClubAccessDenied(words)
        case "NOT_FOUND":
            return NotFound(words)
        case "ALREADY_EXISTS":
            return RateLimited(words, retry_after_s=LOOK_ALIKE_S)
        case "VALIDATION_ERROR" | "INVALID_INPUT":
            return ValidationFailed([Fault(f"#/{told.field}", told.code, told.message)])
        case "INSUFFICIENT_BALANCE":
            return BalanceChanged(words)  # how much there is it does not tell
        case "TARIFF_NOT_AVAILABLE" | "SESSION_ALREADY_ACTIVE" | "DEVICE_OFFLINE":
            return TariffNotAvailable(words)
        case "CLUB_CLOSED":
            return NoOpenShift(words)
        case "CLIENT_BLACKLISTED":
            return ClientBlocked(words)
        case "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED":
            # Of the language, not of IZI: a document that is not valid is not begun.
            return InvalidRequest(words)
    return CrmFailed(words)
