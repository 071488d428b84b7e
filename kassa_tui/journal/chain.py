"""The chain of the event log: each event is sealed together with the seal of the one before.

HMAC-SHA256 with a key that lies beside the file. Every column counts, and its length, so
that nothing moves from one into another. The head holds the number of the last event under
a seal of its own: a log that lost its end does not agree with it.
"""

from __future__ import annotations

import hmac
from typing import NamedTuple

KEY_BYTES = 32


class Link(NamedTuple):
    """An event and its seal; `seal` is empty at the begin of the chain."""

    seq: int
    seal: bytes


START = Link(0, b"")


def next_link(key: bytes, before: Link, at: str, kind: str, body: str) -> Link:
    """The link of the event that follows `before`."""
    seq = before.seq + 1
    parts = [before.seal, seq.to_bytes(8, "big")]
    for text in (at, kind, body):
        data = text.encode()
        parts += [len(data).to_bytes(8, "big"), data]
    return Link(seq, hmac.digest(key, b"".join(parts), "sha256"))


def head_seal(key: bytes, link: Link) -> bytes:
    """The seal of the head that ends with `link`."""
    return hmac.digest(key, b"head" + link.seq.to_bytes(8, "big") + link.seal, "sha256")


def contact_seal(key: bytes, receipt_id: str, contact: str) -> str:
    """What an event keeps of a contact that it does not hold."""
    return hmac.digest(key, f"contact {receipt_id} {contact}".encode(), "sha256").hex()
