"""The short measure of the planted bugs; `python -m tests.planted_bugs` plants them all."""

import re
from functools import partial
from types import SimpleNamespace

import pytest

from tests.planted_bugs.bugs import BUGS
from tests.planted_bugs.hunt import findings, hunt, processes
from tests.planted_bugs.planting import Gone, instead_of, rewrite
from tests.planted_bugs.proofs import SEEDS, Cuts, Proof

SEEN_BY = range(30)
"""Seeds enough for the bugs below."""
QUICK = (
    "journal-written-after-the-send",
    "synchronous-off",
    "acknowledged-before-the-commit",
    "new-payment-id-on-retry",
    "retry-without-asking-the-tape",
    "receipt-attached-to-the-first-transaction",
)


@pytest.mark.timeout(180)
def test_the_proofs_see_what_is_planted() -> None:
    with processes(2) as pool:
        catches = pool.map(partial(hunt, seeds=SEEN_BY), QUICK, chunksize=1)
    assert [one.bug for one in catches if not one.caught] == []


@pytest.mark.parametrize("proof", [SEEDS, Cuts("cash", stride=97)])
def test_they_see_nothing_where_nothing_is_planted(proof: Proof) -> None:
    assert findings(proof, SEEN_BY) == []


def test_each_bug_says_what_it_shows_and_to_which_proof() -> None:
    for bug in BUGS.values():
        assert bug.proofs
        assert bug.words
        re.compile(bug.shows)


def test_a_piece_that_is_gone_is_told() -> None:
    owner = SimpleNamespace(__name__="owner", kept=lambda self, total: None, text="one two")
    with pytest.raises(Gone, match="has no lost"):
        instead_of(owner, "lost")
    with pytest.raises(Gone, match="takes"):
        instead_of(owner, "kept")(lambda right, self, amount: None)
    with pytest.raises(Gone, match="does not say"):
        rewrite(owner, "text", "three", "four")
