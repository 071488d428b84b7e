"""A charge against the catalogue: price, hours, stock, marking, and the share of bonuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from drivers.ffd.arithmetic import item_cost
from kassa_tui.izi.embedded.catalogue import (
    MILLIONTHS,
    ProductOffer,
    TariffOffer,
    product_row,
)
from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.store import micros
from kassa_tui.izi.errors import (
    BonusLimitExceeded,
    Fault,
    MarkingCodeRejected,
    OutOfStock,
    PriceChanged,
    TariffNotAvailable,
    ValidationFailed,
)
from kassa_tui.izi.models.session import Feature, Permission
from kassa_tui.izi.models.transaction import Line, LineKind, Marking, TransactionDraft

_CHECKED_RIGHT = 0b0011
_ONLINE_CHECKED = 0b0100
_ONLINE_RIGHT = 0b1000


def is_sound(marking: Marking) -> bool:
    """True for a code that was checked and nowhere found wrong (2106)."""
    result = marking.check_result
    if result & _CHECKED_RIGHT != _CHECKED_RIGHT:
        return False
    return not result & _ONLINE_CHECKED or bool(result & _ONLINE_RIGHT)


async def check(desk: Desk, club_id: str, draft: TransactionDraft) -> None:
    """Raise what stands against the sale.

    The station's price stands when the owner changed it after the sale: a queued sale has
    its receipt already.
    """
    max_bonus = 0
    taken: dict[str, int] = defaultdict(int)
    codes: set[str] = set()
    for number, line in enumerate(draft.lines):
        if line.discount:
            desk.need(Permission.DISCOUNT_APPLY)
        percent = 0
        match line.kind:
            case LineKind.TARIFF:
                percent = await _tariff(desk, club_id, draft, line, f"#/lines/{number}")
            case LineKind.PRODUCT:
                offer = await _product(desk, club_id, draft, line, taken, f"#/lines/{number}")
                percent = offer.max_bonus_percent
                if offer.marking.required and line.marking is None:
                    raise MarkingCodeRejected(f"line {number} needs a marking code")
        if line.marking is not None:
            await _marking(desk, line.marking, codes)
        max_bonus += _bonus_cap(line, percent)
    if any(line.bonus for line in draft.lines):
        desk.offer(Feature.TRANSACTIONS_BONUS)
        if sum(line.bonus for line in draft.lines) > max_bonus:
            raise BonusLimitExceeded(max_bonus=max_bonus)


async def book(desk: Desk, transaction_id: str, lines: Iterable[Line]) -> None:
    """Take what was sold out of the stock, and remember the marked items."""
    for line in lines:
        counted = line.kind is LineKind.PRODUCT and await _is_counted(desk, line)
        if counted:
            await desk.store.insert(
                "stock_entry",
                product_id=line.ref_id,
                millionths=-_millionths(line),
                transaction_id=transaction_id,
            )
            await desk.store.run(
                "UPDATE product SET version = version + 1, updated_at = ? WHERE id = ?",
                micros(desk.now),
                line.ref_id,
            )
    await mark(desk, transaction_id, lines, sold=True)


async def mark(desk: Desk, transaction_id: str, lines: Iterable[Line], *, sold: bool) -> None:
    """Remember that marked items were sold, or came back and may be sold again."""
    for line in lines:
        if line.marking is not None:
            await desk.store.insert(
                "marked_item", code=line.marking.code, sold=sold, transaction_id=transaction_id
            )


async def _tariff(
    desk: Desk, club_id: str, draft: TransactionDraft, line: Line, pointer: str
) -> int:
    row = await desk.store.row(
        "SELECT offer, priced_at FROM tariff WHERE id = ? AND club_id = ?", line.ref_id, club_id
    )
    if row is None:
        raise ValidationFailed([Fault(f"{pointer}/ref_id", "reference", "no such tariff")])
    offer = TariffOffer.model_validate_json(row["offer"])
    _same_class(offer, line, pointer)
    price = offer.price_in(line.zone_id)
    at = draft.occurred_at.astimezone(await desk.zone(club_id))
    if price is None or not offer.is_sold_at(at):
        raise TariffNotAvailable(f"tariff {offer.id} is not sold in this zone at this time")
    _same_price(line, price, row["priced_at"], draft)
    return offer.max_bonus_percent


async def _product(
    desk: Desk,
    club_id: str,
    draft: TransactionDraft,
    line: Line,
    taken: dict[str, int],
    pointer: str,
) -> ProductOffer:
    row = await product_row(desk, club_id, line.ref_id)
    if row is None:
        raise ValidationFailed([Fault(f"{pointer}/ref_id", "reference", "no such product")])
    offer = ProductOffer.model_validate_json(row["offer"])
    _same_class(offer, line, pointer)
    if not offer.active:
        raise OutOfStock(f"product {offer.id} is no longer sold")
    _same_price(line, offer.price, row["priced_at"], draft)
    taken[offer.id] += _millionths(line)
    if offer.stock is not None and taken[offer.id] > (row["stock"] or 0):
        raise OutOfStock(f"not enough of product {offer.id}")
    return offer


async def _marking(desk: Desk, marking: Marking, codes: set[str]) -> None:
    desk.offer(Feature.CATALOG_MARKING)
    sold = await desk.store.value(
        "SELECT sold FROM marked_item WHERE code = ? ORDER BY seq DESC LIMIT 1", marking.code
    )
    if sold or marking.code in codes:
        raise MarkingCodeRejected("the item is sold already")
    if not is_sound(marking):
        raise MarkingCodeRejected(f"the check ended in {marking.check_result}")
    codes.add(marking.code)


async def _is_counted(desk: Desk, line: Line) -> bool:
    found = await desk.store.value("SELECT offer FROM product WHERE id = ?", line.ref_id)
    return found is not None and ProductOffer.model_validate_json(found).stock is not None


def _same_class(offer: TariffOffer | ProductOffer, line: Line, pointer: str) -> None:
    if line.tax_class is not offer.tax_class:
        raise ValidationFailed([Fault(f"{pointer}/tax_class", "enum", offer.tax_class)])


def _same_price(line: Line, price: int, priced_at: int, draft: TransactionDraft) -> None:
    if line.price != price and micros(draft.occurred_at) >= priced_at:
        raise PriceChanged(price=price)


def _bonus_cap(line: Line, percent: int) -> int:
    return (item_cost(line.price, line.quantity) - line.discount) * percent // 100


def _millionths(line: Line) -> int:
    return int(line.quantity * MILLIONTHS)
