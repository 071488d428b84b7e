"""Why a payment did not take place, in words."""

from __future__ import annotations

from typing import TypeAlias

from kassa_tui.money import format_sum
from kassa_tui.station.answers import Declined, Objection, TurnedDown, Uncertain
from kassa_tui.station.requests import PaymentRequest, Sell, TakePayment
from kassa_tui.widgets.outside_text import plain
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.sale.fault import Fault
from kassa_tui.words import N_, _

_DETAIL_CELLS = 60

_CRM_WORDS = {
    "client-blocked": N_("the CRM has blocked the client"),
    "insufficient-balance": N_("the balance is too small"),
    "insufficient-cash": N_("there is too little cash in the drawer"),
    "refund-exceeds-original": N_("more is given back than is left of the sale"),
    "bonus-limit-exceeded": N_("bonuses may not pay so much"),
    "balance-changed": N_("the balance has changed meanwhile"),
    "tariff-not-available": N_("the tariff is not sold now"),
    "out-of-stock": N_("there is not enough in stock"),
    "price-changed": N_("the price has changed"),
    "marking-code-rejected": N_("these goods are sold with a marking code only"),
    "forbidden": N_("the cashier may not do this"),
}
"""Problem codes of the contract (D.3) that a cashier meets."""


Refusal: TypeAlias = Declined | TurnedDown | Uncertain
"""`Uncertain`: no answer came at all."""


def refusal(request: PaymentRequest | Fault, answer: Refusal) -> str:
    """Sentences: the money, the reason, what to do."""
    takes_money = isinstance(request, TakePayment | Sell)
    match answer:
        case Uncertain():
            return _(
                "No answer came: nobody knows yet whether the payment is noted. F12 asks again;"
                " no second one is made."
            )
        case Declined(reason):
            return " ".join((*_not_done(takes_money, why(reason)), what_to_do(reason)))
        case TurnedDown(code=code, detail=detail, limit=limit):
            words = _CRM_WORDS.get(code)
            cause = _(words) if words is not None else why(Objection.CRM_REFUSED)
            sentences = _not_done(takes_money, cause)
            if limit is not None:
                sentences.append(_("At most {sum}.").format(sum=format_sum(limit)))
            elif words is None:
                sentences.append(plain(detail or code, _DETAIL_CELLS))
            if takes_money:
                sentences.append(_("Hand the money back."))
            return " ".join(sentences)


def _not_done(takes_money: bool, cause: str) -> list[str]:
    if not takes_money:
        return [_("Nothing was done: {why}.").format(why=cause)]
    return [_("Money is not taken: {why}.").format(why=cause), _("Nothing was recorded.")]
