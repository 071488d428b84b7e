"""The rules of the trade that a receipt must keep, beyond what its tags can hold.

Sources: law 54-FZ articles 1.2, 4.3 and 4.7; order ED-7-20/662@ with its changes; letter
AB-4-20/11248@ for the rates at the turn of 2026. Decisions where they leave room:

- A VAT payer's prepayment should carry a calculated rate (22/122, ...); a plain one is lawful
  for those who opted out of it and is no problem here.
- More than three digits of a quantity are accepted (six is the format's limit), though some
  registers round to three.
- A rate is judged by the day of the settlement that the document refers to: the corrected
  one, `original_date`, else the day of the document.
- A wrong INN of the cashier is refused, not silently left out.
- 1226 of zeros stands for a supplier without an INN.
- Plain product codes (EAN, ITF) may go with any goods; marking codes only with marked ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

from drivers.ffd import arithmetic
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.fields import tag_of
from drivers.ffd.inn import is_person_inn, is_valid_inn
from drivers.ffd.marking import is_marking_code
from drivers.ffd.problem import Problem
from drivers.ffd.receipt import Cashier, IndustryRequisite, Item, Receipt
from drivers.ffd.requisites import MARKED_SUBJECTS

Rule: TypeAlias = "Callable[[Receipt, FfdVersion, date], Iterator[Problem]]"

_CONTACT = re.compile(r"\+[0-9]{7,15}|[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[0-9]{7,18}")
_IMPUTED_INCOME_ENDED = date(2021, 1, 1)
_PAYMENT_METHODS_OF_MONEY = frozenset(
    {
        PaymentMethod.FULL_PREPAYMENT,
        PaymentMethod.PREPAYMENT,
        PaymentMethod.ADVANCE,
        PaymentMethod.CREDIT_PAYMENT,
    }
)
"""The money itself is the subject: nothing is handed over."""
_SUBJECTS_OF_1_2 = frozenset(
    {
        PaymentSubject.EXCISE_GOODS_UNMARKED,
        PaymentSubject.EXCISE_GOODS_MARKED,
        PaymentSubject.GOODS_UNMARKED,
        PaymentSubject.GOODS_MARKED,
    }
)
_GOODS = frozenset({PaymentSubject.GOODS, PaymentSubject.EXCISE_GOODS})


def presence(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """Obligatory requisites that are not there."""
    for missing in receipt.missing_requisites(version):
        yield Problem(missing.field, missing.tag, "missing", "this requisite is obligatory")
    if receipt.user_requisite:
        yield from not_blank("user_requisite.name", receipt.user_requisite.name)
        yield from not_blank("user_requisite.value", receipt.user_requisite.value)
    for field, requisite in _industry_requisites(receipt):
        yield from not_blank(f"{field}.authority", requisite.authority)
        yield from not_blank(f"{field}.act_number", requisite.act_number)
        yield from not_blank(f"{field}.value", requisite.value)


def versions(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """What another version of the format has and this one has not."""
    for at, item in _items(receipt):
        if version is FfdVersion.V1_2:
            if item.unit:
                yield _absent(f"{at}.unit", version)
        elif item.payment_subject in _SUBJECTS_OF_1_2:
            yield _absent(f"{at}.payment_subject", version)
    if version is FfdVersion.V1_2:
        return
    for field, _ in _industry_requisites(receipt):
        yield _absent(field, version)
    if receipt.buyer:
        for name in receipt.buyer.model_fields_set - {"name", "inn"}:
            if getattr(receipt.buyer, name):
                yield _absent(f"buyer.{name}", version)


def money(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """Totals and cash."""
    payments, total = receipt.payments, receipt.total
    if payments.total != total:
        message = f"payments make {payments.total} kopecks, the document {total}"
        yield _problem("payments", "payments_mismatch", message)
    if payments.total - payments.cash > total:
        message = "only cash may exceed the total"
        yield _problem("payments", "cashless_exceeds_total", message)
    if receipt.cash_tendered is not None:
        if receipt.cash_tendered < payments.cash:
            message = f"{receipt.cash_tendered} kopecks handed over, {payments.cash} paid in cash"
            yield _problem("cash_tendered", "cash_tendered_too_small", message)
        elif receipt.change and not payments.cash:
            message = "change comes from cash, and nothing is paid in cash"
            yield _problem("cash_tendered", "change_without_cash", message)
        elif receipt.change and not receipt.calculation_sign.takes_money_in:
            message = "there is no change where the seller pays"
            yield _problem("cash_tendered", "change_when_paying_out", message)
    for at, item in _items(receipt):
        exact = arithmetic.item_cost(item.price, item.quantity)
        if abs(item.cost - exact) > 1:
            message = f"price x quantity is {exact} kopecks, the cost {item.cost}"
            yield _problem(f"{at}.cost", "cost_mismatch", message)


def taxes(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """Rates and tax systems by the day of the settlement."""
    if receipt.original_date is not None and receipt.original_date > on:
        yield _problem("original_date", "date_in_future", "the original settlement is to come")
    day = _settlement_day(receipt, on)
    if receipt.tax_system is TaxSystem.IMPUTED_INCOME and day >= _IMPUTED_INCOME_ENDED:
        message = "this tax system ended with 2020"
        yield _problem("tax_system", "tax_system_abolished", message)
    rates = [(f"{at}.vat_rate", item.vat_rate) for at, item in _items(receipt)]
    if receipt.correction:
        for index, vat in enumerate(receipt.correction.vat):
            rates.append((f"correction.vat.{index}.rate", vat.rate))
    for field, rate in rates:
        if not rate.is_valid_on(day):
            message = f"{rate.name_en} is no rate of {day.isoformat()}"
            yield _problem(field, "rate_not_valid_on_date", message)


def methods(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """How 1214 and 1212 go together."""
    pays_credit = [item.payment_method is PaymentMethod.CREDIT_PAYMENT for item in receipt.items]
    for (at, item), is_credit_payment in zip(_items(receipt), pays_credit, strict=True):
        method, subject = item.payment_method, item.payment_subject
        if method in _PAYMENT_METHODS_OF_MONEY and subject is not PaymentSubject.PAYMENT:
            message = f"{method.name_en} is a payment (10), not {subject.name_en}"
            yield _problem(f"{at}.payment_subject", "subject_for_method", message)
        if any(pays_credit) and not is_credit_payment:
            message = "a credit payment stands alone in its receipt"
            yield _problem(f"{at}.payment_method", "credit_payment_not_alone", message)


def people(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """INN, telephones, addresses, codes of the buyer, the agents and the suppliers."""
    yield from cashier(receipt.cashier)
    if receipt.buyer_contact and not _CONTACT.fullmatch(receipt.buyer_contact):
        message = "neither + and digits nor an e-mail"
        yield _problem("buyer_contact", "contact_invalid", message)
    if receipt.buyer:
        yield from _inn("buyer.inn", receipt.buyer.inn)
        yield from _digits("buyer.citizenship", receipt.buyer.citizenship, 3)
        yield from _digits("buyer.document_kind", receipt.buyer.document_kind, 2)
    for field, requisite in _industry_requisites(receipt):
        yield from _digits(f"{field}.authority", requisite.authority, 3)
    for at, item in _items(receipt):
        yield from _digits(f"{at}.country", item.country, 3)
        yield from _agency(at, item)


def cashier(person: Cashier) -> Iterator[Problem]:
    """1203 is the INN of a person."""
    if person.inn and not is_person_inn(person.inn):
        yield _problem("cashier.inn", "inn_invalid", "no INN of a person (twelve digits)")


def not_blank(field: str, text: str) -> Iterator[Problem]:
    """A text without which its structure or document means nothing."""
    if not text.strip():
        yield _problem(field, "missing", "this requisite is obligatory")


def marking(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """A marked piece is sold as such or not at all."""
    for at, item in _items(receipt):
        if is_marking_code(item.name):
            message = "a scanned marking code is no name: sell the goods as marked ones"
            yield _problem(f"{at}.name", "marking_code_as_name", message)
        if not item.marking_code or not is_marking_code(item.marking_code):
            continue
        allowed = MARKED_SUBJECTS if version is FfdVersion.V1_2 else _GOODS
        if item.payment_subject not in allowed:
            message = f"marked goods cannot be sold as {item.payment_subject.name_en}"
            yield _problem(f"{at}.payment_subject", "marked_as_ordinary", message)


def corrections(receipt: Receipt, version: FfdVersion, on: date) -> Iterator[Problem]:
    """What differs in a correction receipt, by version."""
    correction = receipt.correction
    if correction is None:
        return
    if correction.settlement_date > on:
        message = "the corrected settlement is to come"
        yield _problem("correction.settlement_date", "date_in_future", message)
    by_order = correction.type is CorrectionType.BY_ORDER
    has_number = bool(correction.order_number and correction.order_number.strip())
    if by_order and not has_number:
        message = "a correction by order names the order"
        yield _problem("correction.order_number", "missing", message)
    if has_number and not by_order:
        message = "only a correction by order names one"
        yield _problem("correction.order_number", "order_number_unexpected", message)
    if receipt.buyer_contact:
        message = "a correction goes to no buyer"
        yield _problem("buyer_contact", "not_in_correction", message)
    if receipt.internet:
        message = "a correction has no internet flag"
        yield _problem("internet", "not_in_correction", message)
    if version is FfdVersion.V1_05:
        yield from _correction_of_sums(receipt)
    elif correction.vat:
        message = "VAT of a correction is computed from its items"
        yield _problem("correction.vat", "vat_sums_unexpected", message)


RULES: tuple[Rule, ...] = (
    presence,
    versions,
    money,
    taxes,
    methods,
    people,
    marking,
    corrections,
)


def _correction_of_sums(receipt: Receipt) -> Iterator[Problem]:
    """FFD 1.05: only money taken or paid without a register, as sums without items."""
    assert receipt.correction is not None
    if receipt.items:
        message = "a correction of FFD 1.05 has sums only"
        yield _problem("items", "items_in_correction", message)
    if receipt.calculation_sign not in (CalculationSign.SALE, CalculationSign.EXPENSE):
        message = "a correction of FFD 1.05 is a sale or an expense"
        yield _problem("calculation_sign", "sign_in_correction", message)
    if not receipt.correction.vat:
        message = "a correction of FFD 1.05 tells its VAT sums"
        yield _problem("correction.vat", "missing", message)
    seen: set[VatRate] = set()
    for index, vat in enumerate(receipt.correction.vat):
        at = f"correction.vat.{index}"
        if vat.rate in seen:
            yield _problem(f"{at}.rate", "vat_rate_repeated", "one sum for each rate")
        seen.add(vat.rate)
        largest = arithmetic.vat_totals([(receipt.total, vat.rate)])[vat.rate]
        if vat.amount > largest:
            message = f"{vat.amount} kopecks, at most {largest} for the whole document"
            yield _problem(f"{at}.amount", "vat_exceeds_total", message)
    turnover = sum(vat.amount for vat in receipt.correction.vat if not vat.rate.percent)
    if seen and turnover != receipt.total and not any(rate.percent for rate in seen):
        message = f"turnover of {turnover} kopecks, the document {receipt.total}"
        yield _problem("correction.vat", "turnover_mismatch", message)
    elif turnover > receipt.total:
        message = f"turnover of {turnover} kopecks, at most {receipt.total}"
        yield _problem("correction.vat", "vat_exceeds_total", message)


def _agency(at: str, item: Item) -> Iterator[Problem]:
    if item.agent is None:
        for name in ("agent_data", "supplier"):
            if getattr(item, name) is not None:
                message = "an agent's details without an agent flag"
                yield _problem(f"{at}.{name}", "agent_flag_missing", message)
    elif not item.agent:
        yield _problem(f"{at}.agent", "agent_flag_empty", "no bit is set")
    phones: list[tuple[str, tuple[str, ...]]] = []
    if item.agent_data:
        data, inside = item.agent_data, f"{at}.agent_data"
        yield from _inn(f"{inside}.transfer_operator_inn", data.transfer_operator_inn)
        phones += (
            (f"{inside}.transfer_operator_phones", data.transfer_operator_phones),
            (f"{inside}.agent_phones", data.agent_phones),
            (f"{inside}.receiving_operator_phones", data.receiving_operator_phones),
        )
    if item.supplier:
        if item.supplier.inn != "0" * 12:
            yield from _inn(f"{at}.supplier.inn", item.supplier.inn)
        phones.append((f"{at}.supplier.phones", item.supplier.phones))
    for field, numbers in phones:
        for index, number in enumerate(numbers):
            if not _PHONE.fullmatch(number):
                message = "a telephone is + and digits"
                yield _problem(f"{field}.{index}", "phone_invalid", message)


def _settlement_day(receipt: Receipt, on: date) -> date:
    if receipt.correction:
        return receipt.correction.settlement_date
    return receipt.original_date or on


def _items(receipt: Receipt) -> Iterator[tuple[str, Item]]:
    for index, item in enumerate(receipt.items):
        yield f"items.{index}", item


def _industry_requisites(receipt: Receipt) -> Iterator[tuple[str, IndustryRequisite]]:
    for at, item in _items(receipt):
        for index, requisite in enumerate(item.industry_requisites):
            yield f"{at}.industry_requisites.{index}", requisite
    for index, requisite in enumerate(receipt.industry_requisites):
        yield f"industry_requisites.{index}", requisite


def _inn(field: str, inn: str | None) -> Iterator[Problem]:
    if inn and inn.strip() and not is_valid_inn(inn):
        yield _problem(field, "inn_invalid", "wrong length or check digits of an INN")


def _digits(field: str, text: str | None, count: int) -> Iterator[Problem]:
    if text and text.strip() and not re.fullmatch(rf"[0-9]{{{count}}}", text):
        yield _problem(field, "digits_expected", f"{count} digits")


def _absent(field: str, version: FfdVersion) -> Problem:
    return _problem(field, "not_in_version", f"not in FFD {version.label}")


def _problem(field: str, code: str, message: str) -> Problem:
    return Problem(field, tag_of(field), code, message)
