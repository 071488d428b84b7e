"""From a `Receipt` to the command that records it. Pure; nothing is sent from here.

Nothing of a receipt is left out silently: what the service has no field for is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal

from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    FfdVersion,
    TaxSystem,
    VatRate,
)
from drivers.ffd.marking import is_marking_code
from drivers.ffd.receipt import AgentData, Buyer, Correction, Item, Receipt, Supplier
from drivers.kkmserver.commands import Command, cashier_fields, roubles
from drivers.register import Reason, Refused

_TYPES = {
    CalculationSign.SALE: 0,
    CalculationSign.SALE_RETURN: 1,
    CalculationSign.EXPENSE: 10,
    CalculationSign.EXPENSE_RETURN: 11,
}
_CORRECTION = 2
"""So much more is the type of a correction of the same sign."""
_MEASURE_EXPONENT = Decimal("0.001")
_AGENT_SIGNS = {flag: number for number, flag in enumerate(AgentFlag)}
_CORRECTION_SUMS = {
    VatRate.NO_VAT: "SumTaxNone",
    VatRate.VAT_0: "SumTax0",
    VatRate.VAT_10: "SumTax10",
    VatRate.VAT_20: "SumTax20",
    VatRate.VAT_10_110: "SumTax110",
    VatRate.VAT_20_120: "SumTax120",
}


def tax_code(rate: VatRate) -> int:
    """`Tax`: the percentage, 100 more for a calculated rate, -1 for no VAT."""
    if rate.percent is None:
        return -1
    return int(rate.percent) + (100 if rate.calculated else 0)


def tax_variant(system: TaxSystem) -> str:
    """`TaxVariant`: the place of the system's bit in 1055."""
    return str(int(system).bit_length() - 1)


def register_check(receipt: Receipt, version: FfdVersion) -> Command:
    """The command for a receipt that has no `validation.problems`.

    Raises `Refused`: UNSUPPORTED, UNSUPPORTED_RATE, BAD_REQUEST.
    """
    _require_possible(receipt)
    payments = receipt.payments
    kind = _TYPES[receipt.calculation_sign]
    command: Command = {
        "Command": "RegisterCheck",
        "IsFiscalCheck": True,
        "TypeCheck": kind if receipt.correction is None else kind + _CORRECTION,
        "NotPrint": not receipt.print_paper,
        "PayByProcessing": False,  # else the service may charge the card a second time
        "TaxVariant": tax_variant(receipt.tax_system),
        **cashier_fields(receipt.cashier),
        "CheckStrings": [{"Register": _row(item, version)} for item in receipt.items],
        "Cash": roubles(payments.cash + receipt.change),
        "ElectronicPayment": roubles(payments.cashless),
        "AdvancePayment": roubles(payments.prepaid),
        "Credit": roubles(payments.credit),
        "CashProvision": roubles(payments.consideration),
    }
    optional = {
        "ClientAddress": receipt.buyer_contact,
        "ClientInfo": receipt.buyer.name if receipt.buyer else None,
        "ClientINN": receipt.buyer.inn if receipt.buyer else None,
        "AdditionalAttribute": receipt.additional_requisite,
        "InternetMode": receipt.internet or None,
    }
    command |= _told(optional)
    if (requisite := receipt.user_requisite) is not None:
        command["UserAttribute"] = {"Name": requisite.name, "Value": requisite.value}
    if receipt.correction is not None:
        command |= _correction(receipt.correction, receipt.total, version)
    return command


def _correction(correction: Correction, total: int, version: FfdVersion) -> Command:
    fields: Command = {
        "CorrectionType": int(correction.type),
        "CorrectionBaseDate": datetime.combine(correction.settlement_date, time()).isoformat(),
    }
    if correction.order_number:
        fields["CorrectionBaseNumber"] = correction.order_number
    if version is FfdVersion.V1_05:  # sums take the place of rows
        fields["Amount"] = roubles(total)
        for vat in correction.vat:
            if vat.rate not in _CORRECTION_SUMS:
                raise Refused(Reason.UNSUPPORTED_RATE, vat.rate.name_ru)
            fields[_CORRECTION_SUMS[vat.rate]] = roubles(vat.amount)
    return fields


def _row(item: Item, version: FfdVersion) -> Command:
    row: Command = {
        "Name": item.name,
        "Quantity": item.quantity,
        "Price": roubles(item.price),
        "Amount": roubles(item.cost),
        "Department": 0,
        "Tax": tax_code(item.vat_rate),
        "SignMethodCalculation": int(item.payment_method),
        "SignCalculationObject": int(item.payment_subject),
    }
    if version is FfdVersion.V1_2:
        row["MeasureOfQuantity"] = int(item.measure)
    optional = {
        "MeasurementUnit": item.unit if version is not FfdVersion.V1_2 else None,
        "CountryOfOrigin": item.country,
        "CustomsDeclaration": item.customs_declaration,
        "ExciseAmount": None if item.excise is None else roubles(item.excise),
        "AdditionalAttribute": item.additional_requisite,
        "AgentSign": None if item.agent is None else _AGENT_SIGNS[item.agent],
        "AgentData": None if item.agent_data is None else _agent_data(item.agent_data),
        "PurveyorData": None if item.supplier is None else _purveyor_data(item.supplier),
    }
    row |= _told(optional)
    if item.marking_code is not None:
        row["GoodCodeData"] = {
            "BarCode": item.marking_code,
            "ContainsSerialNumber": is_marking_code(item.marking_code),
            "AcceptOnBad": False,
        }
    return row


def _agent_data(data: AgentData) -> Command:
    return _told(
        {
            "PayingAgentOperation": data.operation,
            "PayingAgentPhone": _one(data.agent_phones),
            "ReceivePaymentsOperatorPhone": _one(data.receiving_operator_phones),
            "MoneyTransferOperatorPhone": _one(data.transfer_operator_phones),
            "MoneyTransferOperatorName": data.transfer_operator_name,
            "MoneyTransferOperatorAddress": data.transfer_operator_address,
            "MoneyTransferOperatorVATIN": data.transfer_operator_inn,
        }
    )


def _purveyor_data(supplier: Supplier) -> Command:
    return _told(
        {
            "PurveyorPhone": _one(supplier.phones),
            "PurveyorName": supplier.name,
            "PurveyorVATIN": supplier.inn,
        }
    )


def _require_possible(receipt: Receipt) -> None:
    if receipt.industry_requisites:
        raise Refused(Reason.UNSUPPORTED, "no field for 1261")
    if receipt.buyer is not None:
        for name in Buyer.model_fields.keys() - {"name", "inn"}:
            if getattr(receipt.buyer, name):
                raise Refused(Reason.UNSUPPORTED, f"no field for {name} of the buyer")
    for item in receipt.items:
        if item.industry_requisites:
            raise Refused(Reason.UNSUPPORTED, "no field for 1260")
        if item.agent is not None and item.agent not in _AGENT_SIGNS:
            raise Refused(Reason.UNSUPPORTED, "one kind of agent for each line")
        if item.quantity != item.quantity.quantize(_MEASURE_EXPONENT):
            raise Refused(Reason.UNSUPPORTED, "a quantity of more than three decimals")


def _one(phones: tuple[str, ...]) -> str | None:
    if len(phones) > 1:
        raise Refused(Reason.UNSUPPORTED, "one telephone for each part of the agency")
    return phones[0] if phones else None


def _told(fields: Mapping[str, object]) -> Command:
    """Without what is not given: absent, never null."""
    return {name: value for name, value in fields.items() if value not in (None, "")}
