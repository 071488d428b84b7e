"""A requisite as paper words it: heading and value.

Source: the printed forms of order ED-7-20/662@. What a requisite looks like beside others
(columns, item lines) is the affair of whoever lays out the document.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import chain

from drivers.ffd.catalogue import TagType, tag_info
from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.tlv import Tlv

_MAX_DEPTH = 5
"""Documents nest four deep; bytes from outside could nest until the stack ends."""


def printed_lines(tlv: Tlv) -> tuple[str, ...]:
    """The lines of a requisite; none for one that is not printed, like a sum of zero.

    A structure gives the lines of what it holds. A code that no list knows is printed as the
    number it is.
    """
    return _lines(tlv, _MAX_DEPTH)


def _lines(tlv: Tlv, depth: int) -> tuple[str, ...]:
    if tlv.tag in _WORDED:
        return _WORDED[tlv.tag](tlv)
    info = tag_info(tlv.tag)
    if info is None or not depth:
        return ()
    value = tlv.value
    if isinstance(value, tuple):
        return tuple(chain.from_iterable(_lines(inner, depth - 1) for inner in value))
    if not info.heading:
        return ()
    match info.type, value:
        case (TagType.VLN, int()):
            return (f"{info.heading}: {roubles(value)}",) if value else ()
        case (TagType.BYTE, int()):
            return (info.heading,) if value else ()
        case (_, str() | int()):
            return (f"{info.heading}: {value}",)
    return ()


def agent_words(flags: int) -> tuple[str, ...]:
    """The printed words of 1222 or 1057, lowest bit first; unknown bits have none."""
    return AgentFlag(flags & sum(AgentFlag)).printed


def roubles(kopecks: int) -> str:
    """`1234.05`, without separators of thousands, as a receipt prints a sum."""
    return f"{kopecks // 100}.{kopecks % 100:02d}"


def _contact(tlv: Tlv) -> tuple[str, ...]:
    contact = str(tlv.value)
    heading = "ЭЛ. АДР. ПОКУПАТЕЛЯ" if "@" in contact else "ТЕЛ. ПОКУПАТЕЛЯ"
    return (f"{heading}: {contact}",)


def _time(tlv: Tlv) -> tuple[str, ...]:
    return (f"{tlv.value:%d.%m.%y %H:%M}",) if isinstance(tlv.value, datetime) else ()


def _fiscal_sign(tlv: Tlv) -> tuple[str, ...]:
    return (f"ФП: {int.from_bytes(tlv.raw[2:], 'big'):010d}",)


def _agent(tlv: Tlv) -> tuple[str, ...]:
    return agent_words(tlv.value) if isinstance(tlv.value, int) else ()


def _tax_systems(tlv: Tlv) -> tuple[str, ...]:
    bits = tlv.value if isinstance(tlv.value, int) else 0
    names = [system.printed for system in TaxSystem if bits & system]
    return (f"СНО: {', '.join(names)}",) if names else ()


def _vat_sum(tlv: Tlv) -> tuple[str, ...]:
    rate, amount = tlv.child(1199), tlv.child(1120)
    if rate is None or amount is None or not isinstance(amount.value, int):
        return ()
    return tuple(f"СУММА {name}: {roubles(amount.value)}" for name in _code(VatRate)(rate))


def _user_requisite(tlv: Tlv) -> tuple[str, ...]:
    parts = [str(child.value) for child in (tlv.child(1085), tlv.child(1086)) if child]
    return (": ".join(parts),)


def _code(
    codes: type[CalculationSign | PaymentMethod | PaymentSubject | VatRate | CorrectionType],
    heading: str = "",
) -> Callable[[Tlv], tuple[str, ...]]:
    def words(tlv: Tlv) -> tuple[str, ...]:
        if not isinstance(tlv.value, int):
            return ()
        try:
            word = codes.from_code(tlv.value).printed
        except ValueError:
            word = str(tlv.value)
        return (f"{heading}{word}",) if word else ()

    return words


_WORDED: dict[int, Callable[[Tlv], tuple[str, ...]]] = {
    1008: _contact,
    1012: _time,
    1054: _code(CalculationSign),
    1055: _tax_systems,
    1057: _agent,
    1062: _tax_systems,
    1077: _fiscal_sign,
    1084: _user_requisite,
    1119: _vat_sum,
    1173: _code(CorrectionType, "ТИП КОРРЕКЦИИ: "),
    1199: _code(VatRate),
    1212: _code(PaymentSubject),
    1214: _code(PaymentMethod),
    1222: _agent,
}
