"""From a `Receipt` to the commands that record it. Pure; nothing is sent from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.ffd import arithmetic, composition
from drivers.ffd.enumerations import FfdVersion, VatRate
from drivers.ffd.receipt import Item, Receipt
from drivers.ffd.tlv import Tlv
from drivers.register import Reason, Refused
from drivers.shtrih.commands import fn
from drivers.shtrih.commands import receipt as commands
from drivers.shtrih.commands.request import BadValue, Request
from drivers.shtrih.facts import DeviceFacts

_CASHIER_TAGS = frozenset({1021, 1203})
_CORRECTION_TYPE = 1173
_CORRECTION_BASIS = 1174
_RATES_OF_SUMS = frozenset(rate for rate in VatRate if rate.total_tag is not None)
"""Rates for which a correction of FFD 1.05, as sums without items, has a field (FF4A)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The commands of one document, in order."""

    opening: Request[None]
    commands: tuple[Request[None], ...]
    closing: Request[fn.Recorded]


def plan(receipt: Receipt, facts: DeviceFacts, password: int) -> Plan:
    """The commands that record a receipt which has no `validation.problems`.

    The cashier is not among them: the tables hold him.

    Raises `Refused`: UNSUPPORTED_RATE, UNSUPPORTED, BAD_REQUEST.
    """
    _require_possible(receipt, facts)
    try:
        return _plan(receipt, facts, password)
    except BadValue as error:
        raise Refused(Reason.BAD_REQUEST, str(error)) from error


def _require_possible(receipt: Receipt, facts: DeviceFacts) -> None:
    for item in receipt.items:
        if item.vat_rate not in facts.tax_rows:
            raise Refused(Reason.UNSUPPORTED_RATE, item.vat_rate.name_ru)
        if item.marking_code is not None:
            raise Refused(Reason.UNSUPPORTED, "marking codes are not handled by this driver")
    for vat in receipt.correction.vat if receipt.correction else ():
        if vat.rate not in facts.tax_rows or vat.rate not in _RATES_OF_SUMS:
            raise Refused(Reason.UNSUPPORTED_RATE, vat.rate.name_ru)


def _plan(receipt: Receipt, facts: DeviceFacts, password: int) -> Plan:
    sums_only = receipt.correction is not None and facts.ffd_version is FfdVersion.V1_05
    opening = (
        commands.begin_correction(password)
        if receipt.correction
        else commands.open_receipt(password, receipt.calculation_sign)
    )
    tags = tuple(
        fn.document_tag(password, tag.encode())
        for tag in _document_tags(receipt, facts.ffd_version)
        if not (sums_only and tag.tag == _CORRECTION_TYPE)
    )
    items: tuple[Request[None], ...] = ()
    if not sums_only:
        items = tuple(
            request for item in receipt.items for request in _item(receipt, item, facts, password)
        )
    return Plan(opening, (*items, *tags), _closing(receipt, facts, password, sums_only))


def _closing(
    receipt: Receipt, facts: DeviceFacts, password: int, sums_only: bool
) -> Request[fn.Recorded]:
    if receipt.correction is not None and sums_only:
        return commands.close_correction(
            password,
            receipt.correction.type,
            receipt.calculation_sign,
            receipt.payments,
            tax_sums={vat.rate: vat.amount for vat in receipt.correction.vat},
            tax_system=receipt.tax_system,
        )
    tax_sums: dict[VatRate, int] = {}
    if facts.host_computes_tax:
        tax_sums = arithmetic.vat_totals((item.cost, item.vat_rate) for item in receipt.items)
    return commands.close_receipt(
        password,
        receipt.payments,
        cash_tendered=receipt.payments.cash + receipt.change,
        tax_system=receipt.tax_system,
        tax_sums=tax_sums,
    )


def _item(
    receipt: Receipt, item: Item, facts: DeviceFacts, password: int
) -> Iterator[Request[None]]:
    rate = item.vat_rate
    yield commands.operation(
        password,
        receipt.calculation_sign,
        item,
        tax_row=facts.tax_rows[rate],
        tax_sum=arithmetic.vat_of(item.cost, rate) if facts.host_computes_tax else None,
    )
    for tag in composition.item_extra_tags(item, facts.ffd_version):
        yield fn.item_tag(password, tag.encode())


def _document_tags(receipt: Receipt, version: FfdVersion) -> Iterator[Tlv]:
    """What no command but FF0C carries; the basis of a correction goes by its parts."""
    for tag in composition.document_extra_tags(receipt, version):
        if tag.tag == _CORRECTION_BASIS:
            yield from tag.children
        elif tag.tag not in _CASHIER_TAGS:
            yield tag
