"""Commands for receipts, as the published description of the service has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import (
    AgentData,
    Buyer,
    Cashier,
    Correction,
    IndustryRequisite,
    Payments,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.kkmserver.documents import register_check, tax_code
from drivers.register import Reason, Refused
from tests.drivers.examples import item, receipt

CASHIER = Cashier(name="Смирнова О. П.", inn="525770003359")


def row(command: dict[str, object]) -> dict[str, Any]:
    strings: Any = command["CheckStrings"]
    return dict(strings[0]["Register"])


def test_a_mixed_sale_is_the_command_of_the_description() -> None:
    sent = receipt(
        item(
            name="Игровое время, 3 ч",
            price=18000,
            quantity=Decimal(3),
            cost=54000,
            measure=QuantityMeasure.HOUR,
        ),
        item(
            name="Сок яблочный 0,33",
            price=9500,
            quantity=Decimal(2),
            cost=19000,
            payment_subject=PaymentSubject.GOODS,
        ),
        payments=Payments(cash=23000, cashless=50000),
        cash_tendered=30000,
        cashier=CASHIER,
        tax_system=TaxSystem.SIMPLIFIED_INCOME,
        buyer_contact="guest@example.org",
        user_requisite=UserRequisite(name="ID платежа", value="0193"),
        additional_requisite="77",
    )
    assert register_check(sent, FfdVersion.V1_2) == {
        "Command": "RegisterCheck",
        "IsFiscalCheck": True,
        "TypeCheck": 0,
        "NotPrint": False,
        "PayByProcessing": False,
        "TaxVariant": "1",
        "CashierName": "Смирнова О. П.",
        "CashierVATIN": "525770003359",
        "ClientAddress": "guest@example.org",
        "UserAttribute": {"Name": "ID платежа", "Value": "0193"},
        "AdditionalAttribute": "77",
        "CheckStrings": [
            {
                "Register": {
                    "Name": "Игровое время, 3 ч",
                    "Quantity": 3,
                    "Price": Decimal("180.00"),
                    "Amount": Decimal("540.00"),
                    "Department": 0,
                    "Tax": -1,
                    "SignMethodCalculation": 4,
                    "SignCalculationObject": 4,
                    "MeasureOfQuantity": 71,
                }
            },
            {
                "Register": {
                    "Name": "Сок яблочный 0,33",
                    "Quantity": 2,
                    "Price": Decimal("95.00"),
                    "Amount": Decimal("190.00"),
                    "Department": 0,
                    "Tax": -1,
                    "SignMethodCalculation": 4,
                    "SignCalculationObject": 1,
                    "MeasureOfQuantity": 0,
                }
            },
        ],
        "Cash": Decimal("300.00"),
        "ElectronicPayment": Decimal("500.00"),
        "AdvancePayment": 0,
        "Credit": 0,
        "CashProvision": 0,
    }


@pytest.mark.parametrize(
    ("sign", "kind", "correction_kind"),
    [
        (CalculationSign.SALE, 0, 2),
        (CalculationSign.SALE_RETURN, 1, 3),
        (CalculationSign.EXPENSE, 10, 12),
        (CalculationSign.EXPENSE_RETURN, 11, 13),
    ],
)
def test_every_sign_has_its_type_and_so_has_its_correction(
    sign: CalculationSign, kind: int, correction_kind: int
) -> None:
    plain = receipt(sign=sign)
    basis = Correction(type=CorrectionType.OWN_INITIATIVE, settlement_date=date(2026, 11, 1))
    corrected = receipt(sign=sign, correction=basis)
    assert register_check(plain, FfdVersion.V1_2)["TypeCheck"] == kind
    command = register_check(corrected, FfdVersion.V1_2)
    assert command["TypeCheck"] == correction_kind
    assert command["CorrectionBaseDate"] == "2026-11-01T00:00:00"
    assert command["CorrectionType"] == 0
    assert "CorrectionBaseNumber" not in command
    assert len(command["CheckStrings"]) == 1  # type: ignore[arg-type]


def test_a_correction_of_1_05_has_sums_in_the_place_of_rows() -> None:
    basis = Correction(
        type=CorrectionType.BY_ORDER,
        settlement_date=date(2025, 6, 1),
        order_number="17",
        vat=(VatSum(rate=VatRate.VAT_20, amount=1667), VatSum(rate=VatRate.NO_VAT, amount=5)),
    )
    sent = receipt(correction=basis).model_copy(update={"items": ()})
    command = register_check(sent, FfdVersion.V1_05)
    assert command["CheckStrings"] == []
    assert command["Amount"] == Decimal("100.00")
    assert command["SumTax20"] == Decimal("16.67")
    assert command["SumTaxNone"] == Decimal("0.05")
    assert (command["CorrectionType"], command["CorrectionBaseNumber"]) == (1, "17")


def test_the_card_is_never_charged_by_the_service() -> None:
    sent = receipt(payments=Payments(cashless=10_000))
    assert register_check(sent, FfdVersion.V1_2)["PayByProcessing"] is False


@pytest.mark.parametrize("system", TaxSystem)
def test_the_tax_system_is_always_named(system: TaxSystem) -> None:
    command = register_check(receipt(tax_system=system), FfdVersion.V1_2)
    assert command["TaxVariant"] == str(list(TaxSystem).index(system))


def test_every_rate_is_its_percentage() -> None:
    assert {rate.name: tax_code(rate) for rate in VatRate} == {
        "NO_VAT": -1, "VAT_0": 0, "VAT_5": 5, "VAT_7": 7, "VAT_10": 10, "VAT_20": 20, "VAT_22": 22,
        "VAT_5_105": 105, "VAT_7_107": 107, "VAT_10_110": 110, "VAT_20_120": 120,
        "VAT_22_122": 122,
    }  # fmt: skip


def test_the_unit_of_a_quantity_goes_by_the_version_of_the_format() -> None:
    old = row(register_check(receipt(item(unit="ч")), FfdVersion.V1_05))
    new = row(register_check(receipt(item(measure=QuantityMeasure.HOUR)), FfdVersion.V1_2))
    assert old["MeasurementUnit"] == "ч"
    assert "MeasureOfQuantity" not in old
    assert new["MeasureOfQuantity"] == 71
    assert "MeasurementUnit" not in new


def test_agency_marking_and_customs_go_with_the_row() -> None:
    code = "0104600000000017215aBcDe\x1d93AbCd"
    line = item(
        agent=AgentFlag.COMMISSION_AGENT,
        agent_data=AgentData(agent_phones=("+79161234567",), operation="приём"),
        supplier=Supplier(inn="7707083893", name="ООО", phones=("+74951234567",)),
        marking_code=code,
        excise=1050,
        country="643",
        customs_declaration="10702030/260118/0000148",
        additional_requisite="к столу 7",
    )
    sent = row(register_check(receipt(line), FfdVersion.V1_2))
    assert sent["AgentSign"] == 5
    assert sent["AgentData"] == {
        "PayingAgentPhone": "+79161234567",
        "PayingAgentOperation": "приём",
    }
    assert sent["PurveyorData"] == {
        "PurveyorPhone": "+74951234567",
        "PurveyorName": "ООО",
        "PurveyorVATIN": "7707083893",
    }
    assert sent["GoodCodeData"] == {
        "BarCode": code,
        "ContainsSerialNumber": True,
        "AcceptOnBad": False,
    }
    assert sent["ExciseAmount"] == Decimal("10.50")
    assert sent["CountryOfOrigin"] == "643"
    assert sent["CustomsDeclaration"] == "10702030/260118/0000148"
    assert sent["AdditionalAttribute"] == "к столу 7"


def test_a_plain_product_code_is_said_to_be_without_a_serial_number() -> None:
    sent = row(register_check(receipt(item(marking_code="4600000000017")), FfdVersion.V1_2))
    assert sent["GoodCodeData"]["ContainsSerialNumber"] is False


def test_a_receipt_without_paper_names_where_it_goes() -> None:
    sent = receipt(print_paper=False, buyer_contact="+79161234567", buyer=Buyer(name="ООО"))
    command = register_check(sent, FfdVersion.V1_2)
    assert (command["NotPrint"], command["ClientAddress"]) == (True, "+79161234567")
    assert command["ClientInfo"] == "ООО"
    assert "ClientINN" not in command


INDUSTRY = IndustryRequisite(
    authority="030", act_date=date(2023, 11, 21), act_number="1944", value="UUID=1"
)


@pytest.mark.parametrize(
    "sent",
    [
        receipt(industry_requisites=(INDUSTRY,)),
        receipt(item(industry_requisites=(INDUSTRY,))),
        receipt(buyer=Buyer(name="Иванов", birth_date=date(2000, 1, 1))),
        receipt(item(agent=AgentFlag.ATTORNEY | AgentFlag.OTHER_AGENT)),
        receipt(item(agent=AgentFlag.ATTORNEY, supplier=Supplier(inn="0" * 12, phones=("1", "2")))),
        receipt(item(quantity=Decimal("0.0001"))),
    ],
    ids=["1261", "1260", "birth date", "two agents", "two phones", "four decimals"],
)
def test_what_the_service_has_no_field_for_is_refused_and_not_left_out(sent: Any) -> None:
    with pytest.raises(Refused) as refused:
        register_check(sent, FfdVersion.V1_2)
    assert refused.value.reason is Reason.UNSUPPORTED
