"""Rules of encoding: what fits its tag, and the document its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drivers.ffd import cp866
from drivers.ffd.catalogue import tag_info
from drivers.ffd.composition import Entry
from drivers.ffd.enumerations import DocumentForm, FfdVersion
from drivers.ffd.problem import Problem
from drivers.ffd.requisites import register_reserve
from drivers.ffd.tlv import HEADER_LENGTH


def encoding_problems(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Values that their tags cannot hold, inner ones included.

    Texts are measured in bytes of CP866, after typography was mapped to it.
    """
    for entry in entries:
        if isinstance(entry.value, tuple):
            yield from encoding_problems(entry.value)
            yield from _too_long(entry, "structure_too_long")
        elif isinstance(entry.value, str):
            if unencodable := cp866.unencodable(entry.value):
                yield Problem(
                    entry.field,
                    entry.tag,
                    "unencodable_text",
                    f"a receipt cannot hold {unencodable[:20]!r} (CP866)",
                )
            yield from _too_long(entry, "text_too_long")
        else:
            try:
                entry.encode()
            except ValueError as error:
                yield Problem(entry.field, entry.tag, "out_of_range", str(error))


def size_problems(
    entries: Iterable[Entry], form: DocumentForm, version: FfdVersion
) -> Iterator[Problem]:
    """A document that exceeds its form, with what the register may add to it."""
    limit = tag_info(form)
    assert limit is not None
    assert limit.max_length is not None
    room = limit.max_length - register_reserve(form, version)
    if (size := sum(map(_size, entries))) > room:
        message = f"the document has {size} bytes, at most {room} beside the register's own"
        yield Problem("items", None, "document_too_long", message)


def _too_long(entry: Entry, code: str) -> Iterator[Problem]:
    info = tag_info(entry.tag)
    length = _size(entry) - HEADER_LENGTH
    if info is not None and info.max_length is not None and length > info.max_length:
        message = f"{length} bytes, at most {info.max_length}"
        yield Problem(entry.field, entry.tag, code, message)


def _size(entry: Entry) -> int:
    """Bytes of the encoded requisite; of a text that cannot be: those it would need."""
    if isinstance(entry.value, tuple):
        return HEADER_LENGTH + sum(map(_size, entry.value))
    try:
        return len(entry.encode().encode())
    except ValueError:
        text = cp866.normalize(entry.value) if isinstance(entry.value, str) else ""
        return HEADER_LENGTH + len(text)
