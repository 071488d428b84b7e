"""Problem bodies in the language of whoever asks: Russian, unless English is liked better.

In English an error says what it says in the log; in another language it is told by its code and
what it knows. Contract D.3: a client goes by the code, and shows the words.
"""

from __future__ import annotations

import re
from typing import Any

from kassa_tui.izi import errors
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.gateway.problems import problem
from kassa_tui.money import format_sum
from kassa_tui.words import LANGUAGES, N_, catalogue

_MOST_CHOICES = 20
_CHOICE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,35})?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{1,3})?)\s*)?"
)

_WORDS: dict[type[CrmError], tuple[str, str]] = {
    errors.Unauthenticated: (N_("Not signed in"), N_("The token is not known.")),
    errors.TokenExpired: (N_("Token expired"), N_("Sign in again: the token has expired.")),
    errors.Forbidden: (N_("Forbidden"), N_("The permission {permission} is missing.")),
    errors.ClubAccessDenied: (N_("Another club"), N_("The token is not good for this club.")),
    errors.ClientBlocked: (N_("Client blocked"), N_("The client is blocked in the club.")),
    errors.NotFound: (N_("Not found"), N_("There is no such record.")),
    errors.NoOpenShift: (N_("No open shift"), N_("No shift of the club is open.")),
    errors.ShiftAlreadyOpen: (N_("Shift already open"), N_("The club's shift is open already.")),
    errors.ShiftClosed: (N_("Shift is closed"), N_("Nothing is posted to a closed shift.")),
    errors.ShiftExpired: (N_("Shift expired"), N_("The shift has lasted for 24 hours.")),
    errors.ShiftHasActiveSessions: (
        N_("Active sessions"),
        N_("Sessions go on in the club: {count}. End them first."),
    ),
    errors.ShiftHasPendingTransactions: (
        N_("Pending transactions"),
        N_("Transactions wait for their end: {count}."),
    ),
    errors.InsufficientBalance: (
        N_("Insufficient balance"),
        N_("The balance is too small: {available} is there."),
    ),
    errors.InsufficientCash: (
        N_("Insufficient cash"),
        N_("There is too little cash in the drawer: {available}."),
    ),
    errors.BonusLimitExceeded: (
        N_("Bonus limit exceeded"),
        N_("At most {max_bonus} may be paid by bonuses."),
    ),
    errors.RefundExceedsOriginal: (
        N_("More than was paid"),
        N_("At most {available} can be given back."),
    ),
    errors.BalanceChanged: (N_("Balance changed"), N_("The balance has changed meanwhile.")),
    errors.TariffNotAvailable: (
        N_("Tariff not available"),
        N_("The tariff is not sold now."),
    ),
    errors.OutOfStock: (N_("Out of stock"), N_("The goods are not in stock.")),
    errors.PriceChanged: (N_("Price changed"), N_("The price is {price} now.")),
    errors.MarkingCodeRejected: (
        N_("Marking code rejected"),
        N_("The marking code did not pass the check."),
    ),
    errors.ReceiptAlreadyAttached: (
        N_("Receipt already attached"),
        N_("The transaction has the receipt {receipt_id}."),
    ),
    errors.ReceiptInUse: (
        N_("Receipt in use"),
        N_("The receipt belongs to the transaction {transaction_id}."),
    ),
    errors.ReceiptInconsistent: (
        N_("Receipt inconsistent"),
        N_("The receipt does not go with the transaction."),
    ),
    errors.VersionConflict: (
        N_("Version conflict"),
        N_("Somebody has changed it meanwhile: read it again."),
    ),
    errors.CursorInvalid: (N_("Wrong cursor"), N_("The cursor is not of this list.")),
    errors.CursorExpired: (N_("Cursor expired"), N_("Read the list from its begin.")),
    errors.InvalidRequest: (N_("Invalid request"), N_("The request is not of the contract.")),
    errors.ValidationFailed: (N_("Validation failed"), N_("Some fields of the request are wrong.")),
    errors.ExternalIdConflict: (
        N_("The id is taken"),
        N_("The external_id stands for something else."),
    ),
    errors.IdempotencyKeyMissing: (
        N_("Idempotency key missing"),
        N_("A request that changes something needs an Idempotency-Key."),
    ),
    errors.IdempotencyKeyReused: (
        N_("Idempotency key reused"),
        N_("The Idempotency-Key was used for another request."),
    ),
    errors.PreconditionRequired: (
        N_("Precondition required"),
        N_("The request needs If-Match with the version that was read."),
    ),
    errors.NotSupported: (N_("Not supported"), N_("This CRM has no {feature}.")),
    errors.RateLimited: (N_("Too many requests"), N_("Ask again a little later.")),
    errors.CrmUnavailable: (N_("CRM unavailable"), N_("The CRM cannot be reached.")),
    errors.RequestInProgress: (
        N_("Request in progress"),
        N_("The same request is being carried out."),
    ),
    errors.Internal: (N_("Error of the CRM"), N_("An error of the CRM; its log tells more.")),
    errors.CrmFailed: (N_("CRM failed"), N_("The CRM behind the gateway has failed.")),
    errors.CrmTimeout: (N_("CRM timeout"), N_("The CRM has not answered in time.")),
    errors.OutcomeUnclear: (
        N_("Outcome unclear"),
        N_("Nobody can tell whether it was done. Look in the CRM before it is repeated."),
    ),
}
"""Title and detail of each error of the contract."""
_SUMS = ("available", "max_bonus", "price")
"""What errors know in kopecks."""

_FAULTS = {
    "required": N_("is needed"),
    "missing": N_("is needed"),
    "unexpected": N_("has no place here"),
    "max": N_("is too large"),
    "min": N_("is too small"),
    "sum": N_("the sums do not agree"),
    "mismatch": N_("does not agree with the rest"),
    "reference": N_("there is no such record"),
    "transition": N_("cannot follow the present state"),
}
_WRONG = N_("is not a value that can stand here")
"""Of a field that breaks any other rule."""


def language_of(accepted: str) -> str:
    """The language of an `Accept-Language` that is liked best of those that are spoken."""
    best, most = LANGUAGES[0], 0.0
    for choice in accepted.split(",")[:_MOST_CHOICES]:
        if (found := _CHOICE.fullmatch(choice)) is None:
            continue
        name = LANGUAGES[0] if found[1] == "*" else found[1].lower()
        liked = float(found[2] or 1)
        if name in LANGUAGES and liked > most:
            best, most = name, liked
    return best


def worded(error: CrmError, instance: str, request_id: str, language: str) -> dict[str, Any]:
    """The body that tells of an error in `language`."""
    body = problem(error, instance, request_id)
    if language == "en":
        return body
    say = catalogue(language).gettext
    title, detail = _WORDS[type(error)]
    known = body | {name: format_sum(body[name]) for name in _SUMS if name in body}
    body |= {"title": say(title), "detail": say(detail).format(**known)}
    for fault in body.get("errors", ()):
        fault["detail"] = say(_FAULTS.get(fault["code"], _WRONG))
    return body
