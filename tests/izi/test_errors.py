"""The tree of endings is the table of the contract, D.3."""

import pytest

from kassa_tui.izi import errors
from kassa_tui.izi.errors import CrmError, Refused, Retryable, Unsure

TABLE = {
    400: "invalid-request idempotency-key-missing cursor-invalid",
    401: "unauthenticated token-expired",
    403: "forbidden club-access-denied client-blocked",
    404: "not-found no-open-shift",
    409: "shift-already-open shift-closed shift-expired shift-has-active-sessions "
    "shift-has-pending-transactions insufficient-balance insufficient-cash balance-changed "
    "bonus-limit-exceeded refund-exceeds-original tariff-not-available out-of-stock "
    "price-changed marking-code-rejected receipt-already-attached receipt-in-use "
    "external-id-conflict request-in-progress outcome-unclear",
    410: "cursor-expired",
    412: "version-conflict",
    422: "validation-failed receipt-inconsistent idempotency-key-reused",
    428: "precondition-required",
    429: "rate-limited",
    500: "internal",
    501: "not-supported",
    502: "crm-error",
    503: "crm-unavailable",
    504: "crm-timeout",
}


def leaves(kind: type[CrmError]) -> list[type[CrmError]]:
    below = [leaf for each in kind.__subclasses__() for leaf in leaves(each)]
    return below or [kind]


def test_every_problem_code_has_one_type_with_its_status():
    told = [(kind.code, kind.status) for kind in leaves(CrmError)]
    assert sorted(told) == sorted(
        (code, status) for status, codes in TABLE.items() for code in codes.split()
    )


def test_what_may_be_repeated_is_what_the_contract_says():
    repeated = {kind.code for kind in leaves(CrmError) if kind.retryable}
    in_table = {code for status in (429, 500, 502, 503, 504) for code in TABLE[status].split()}
    assert repeated == in_table | {"request-in-progress"}


@pytest.mark.parametrize("kind", leaves(CrmError), ids=lambda kind: kind.code)
def test_every_ending_is_exactly_one_of_three(kind):
    assert sum(issubclass(kind, ending) for ending in (Refused, Retryable, Unsure)) == 1
    assert kind.__name__ in errors.__doc__


def test_a_limit_tells_how_much_would_pass():
    assert errors.InsufficientCash(available=12_500).limit == 12_500
    assert errors.BonusLimitExceeded(max_bonus=7).limit == 7
    assert (
        str(errors.NotSupported(feature="fiscal_mode")) == "not-supported: no feature fiscal_mode"
    )
