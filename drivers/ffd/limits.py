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


def encoding_problems(entries: Iterable[Entry]) -> list[Problem]:
    """Values that their tags cannot hold, inner ones included.

    Texts are measured in bytes of CP866, after typography was mapped to it.
    """
    found: list[Problem] = []
    for entry in entries:
        _measure(entry, found)
    return found


def document_problems(
    entries: Iterable[Entry], form: DocumentForm, version: FfdVersion
) -> list[Problem]:
    """`encoding_problems`, and a document that exceeds its form together with what the
    register may add to it."""
    limit = tag_info(form)
    assert limit is not None
    assert limit.max_length is not None
    room = limit.max_length - register_reserve(form, version)
    found: list[Problem] = []
    if (size := sum(_measure(entry, found) for entry in entries)) > room:
        message = f"the document has {size} bytes, at most {room} beside the register's own"
        found.append(Problem("items", None, "document_too_long", message))
    return found


def _measure(entry: Entry, found: list[Problem]) -> int:
    """Bytes of the encoded requisite, or those it would need; adds what is wrong to `found`."""
    if isinstance(entry.value, tuple):
        length = sum(_measure(inner, found) for inner in entry.value)
        found.extend(_too_long(entry, length, "structure_too_long"))
    elif isinstance(entry.value, str):
        text = cp866.normalize(entry.value)
        if unencodable := cp866.unencodable(text):
            message = f"a receipt cannot hold {unencodable[:20]!r} (CP866)"
            found.append(Problem(entry.field, entry.tag, "unencodable_text", message))
        length = len(text)
        found.extend(_too_long(entry, length, "text_too_long"))
    else:
        try:
            length = len(entry.encode().raw)
        except ValueError as error:
            found.append(Problem(entry.field, entry.tag, "out_of_range", str(error)))
            length = 0
    return HEADER_LENGTH + length


def _too_long(entry: Entry, length: int, code: str) -> Iterator[Problem]:
    info = tag_info(entry.tag)
    if info is not None and info.max_length is not None and length > info.max_length:
        message = f"{length} bytes, at most {info.max_length}"
        yield Problem(entry.field, entry.tag, code, message)
