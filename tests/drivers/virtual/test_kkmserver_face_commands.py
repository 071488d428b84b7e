"""KkmServer's commands over HTTP: what each one records, answers and refuses."""

import re
from datetime import datetime
from decimal import Decimal

import pytest

from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
    TaxSystem,
    VatRate,
)
from drivers.ffd.qr import parse_qr
from drivers.ffd.tlv import Tlv, find
from drivers.virtual.kkmserver_face import Profile
from drivers.virtual.kkmserver_face.checks import RATES
from drivers.virtual.kkmserver_face.failures import refused
from drivers.virtual.paper import WIDTH
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from tests.drivers.virtual.kkmserver_host import CASHIER, check, hosting, row
from tests.drivers.virtual.shop import Shop, registered

ERROR_SHAPE = re.compile(r"\(\s*(\d+)\s*[:\-]\s*(?:ККТ:\s*)?(.*?)\s*\)")
SHIFT_CLOSED = (
    "Ошибка регистрации ( 61 : ККТ: Смена не открыта или смена превысила 24 часа"
    " – операция невозможна )"
)


@pytest.fixture
async def host(shop):
    """A server over a register whose shift is open."""
    async with hosting(shop) as host:
        yield host


def recorded(shop: Shop, number: int = 0) -> tuple[Tlv, ...]:
    """Tags of a document, by default of the last."""
    return shop.register.find(number or shop.register.fn.last_fiscal_document_number).tags


def item_of(shop: Shop) -> tuple[Tlv, ...]:
    item = find(recorded(shop), 1059)
    assert item is not None
    return item.children


def value(tags: tuple[Tlv, ...], *path: int) -> object:
    """What stands under a tag, or under tags within each other."""
    for tag in path[:-1]:
        structure = find(tags, tag)
        assert structure is not None, tag
        tags = structure.children
    found = find(tags, path[-1])
    return None if found is None else found.value


class TestTexts:
    def test_every_refusal_has_a_text_of_the_recorded_shape(self):
        for refusal in Refusal:
            text = refused(DeviceRefused(refusal)).text
            assert ERROR_SHAPE.search(text) or refusal is Refusal.NO_SUCH_DOCUMENT


class TestShift:
    async def test_a_shift_is_opened_and_closed(self, closed_shop):
        async with hosting(closed_shop) as host:
            opened = await host.command("OpenShift", **CASHIER)
            assert (opened["CheckNumber"], opened["SessionNumber"]) == (1, 1)
            closed = await host.command("CloseShift", **CASHIER)
            assert (closed["CheckNumber"], closed["SessionNumber"]) == (1, 1)
        forms = [document.form for document in closed_shop.tape()[1:]]
        assert forms == [DocumentForm.SHIFT_OPENING, DocumentForm.SHIFT_CLOSING]
        assert value(recorded(closed_shop), 1021) == CASHIER["CashierName"]
        assert value(recorded(closed_shop), 1203) == CASHIER["CashierVATIN"]

    async def test_the_qr_of_a_shift_tells_its_document_and_no_sum(self, host, shop):
        closed = await host.command("CloseShift")
        qr = parse_qr(closed["QRCode"])
        assert qr.fiscal_document_number == shop.register.fn.last_fiscal_document_number
        assert (qr.total, qr.sign_code) == (None, None)

    @pytest.mark.parametrize("command", ["CloseShift", "ZReport"])
    async def test_a_closed_shift_is_not_closed_again(self, closed_shop, command):
        async with hosting(closed_shop) as host:
            assert await host.error(command) == SHIFT_CLOSED

    async def test_an_open_shift_is_not_opened_again(self, host):
        assert await host.error("OpenShift") == (
            "Ошибка регистрации ( 60 : ККТ: Смена открыта – операция невозможна )"
        )

    async def test_a_setting_makes_both_of_them_no_error(self, shop):
        async with hosting(shop, no_error_on_open_close_shift=True) as host:
            before = await host.documents()
            await host.command("OpenShift")
            assert await host.documents() == before
            await host.command("CloseShift")
            await host.command("CloseShift")
            assert await host.documents() == before + 1

    async def test_an_expired_shift_takes_its_closing_only(self, host, shop):
        shop.wait(hours=24)
        assert (await host.command("GetDataKKT"))["Info"]["SessionState"] == 3
        assert await host.error("RegisterCheck", **check()) == SHIFT_CLOSED
        assert await host.error("DepositingCash", Amount=1) == SHIFT_CLOSED
        await host.command("XReport")
        await host.command("CloseShift")

    async def test_an_x_report_is_printed_and_not_recorded(self, host, shop):
        before = await host.documents()
        await host.command("XReport", **CASHIER)
        assert await host.documents() == before
        assert any("СУТОЧНЫЙ ОТЧЕТ БЕЗ ГАШЕНИЯ" in line for line in shop.paper)

    async def test_the_exchange_with_the_operator_is_printed(self, host, shop):
        await host.command("OfdReport", **CASHIER)
        assert any("НЕ ПЕРЕДАНО" in line for line in shop.paper)


class TestCash:
    async def test_cash_goes_in_and_out(self, host, shop):
        answer = await host.command("DepositingCash", Amount=3000.5, **CASHIER)
        assert "CheckNumber" not in answer
        await host.command("PaymentCash", Amount=1000)
        assert shop.register.cash_in_drawer == 200_050
        assert (await host.command("GetDataKKT"))["Info"]["BalanceCash"] == 2000.5

    async def test_more_than_there_is_does_not_go_out(self, host):
        assert "не хватает наличных" in await host.error("PaymentCash", Amount=1)

    @pytest.mark.parametrize("amount", [0, -1, None])
    async def test_an_amount_is_needed(self, host, amount):
        assert "Amount" in await host.error("DepositingCash", Amount=amount)

    @pytest.mark.parametrize("command", ["DepositingCash", "PaymentCash"])
    async def test_a_closed_shift_moves_no_cash(self, closed_shop, command):
        async with hosting(closed_shop) as host:
            assert await host.error(command, Amount=1) == SHIFT_CLOSED

    async def test_the_drawer_opens(self, host):
        await host.command("OpenCashDrawer")


class TestCheck:
    async def test_a_sale_is_recorded_and_told_as_it_is(self, host, shop):
        answer = await host.command("RegisterCheck", **check(row(amount=690), Cash=700))
        document = shop.tape()[-1]
        assert answer["CheckNumber"] == document.fiscal_document_number == 3
        assert (answer["SessionNumber"], answer["SessionCheckNumber"]) == (1, 1)
        assert (answer["Cash"], answer["ElectronicPayment"]) == (690, 0)
        qr = parse_qr(answer["QRCode"])
        assert (qr.total, qr.fiscal_sign, qr.sign_code) == (69_000, document.fiscal_sign, 1)
        assert str(document.fiscal_sign) in answer["URL"]

    @pytest.mark.parametrize(
        ("kind", "sign", "n"),
        [
            (0, CalculationSign.SALE, 1),
            (1, CalculationSign.SALE_RETURN, 2),
            (10, CalculationSign.EXPENSE, 3),
            (11, CalculationSign.EXPENSE_RETURN, 4),
        ],
    )
    async def test_every_kind_of_receipt(self, host, shop, kind, sign, n):
        await host.command("DepositingCash", Amount=1000)
        answer = await host.command("RegisterCheck", **check(kind=kind))
        assert shop.tape()[-1].calculation_sign is sign
        assert parse_qr(answer["QRCode"]).sign_code == n

    @pytest.mark.parametrize(
        ("kind", "sign"),
        [
            (2, CalculationSign.SALE),
            (3, CalculationSign.SALE_RETURN),
            (12, CalculationSign.EXPENSE),
            (13, CalculationSign.EXPENSE_RETURN),
        ],
    )
    async def test_every_kind_of_correction_with_rows(self, host, shop, kind, sign):
        basis = {
            "CorrectionType": 1,
            "CorrectionBaseDate": "2026-11-01T00:00:00",
            "CorrectionBaseNumber": "АКТ-7",
        }
        await host.command("RegisterCheck", **check(kind=kind, **basis))
        document = shop.tape()[-1]
        assert document.form is DocumentForm.CORRECTION_RECEIPT
        assert document.calculation_sign is sign
        assert value(document.tags, 1173) == CorrectionType.BY_ORDER
        assert value(document.tags, 1174, 1178) == datetime(2026, 11, 1)
        assert value(document.tags, 1174, 1179) == "АКТ-7"

    async def test_a_correction_of_ffd_1_05_has_totals_instead_of_rows(self):
        shop = Shop(registration=registered(FfdVersion.V1_05))
        shop.open_shift()
        totals = {
            "CorrectionBaseDate": "2026-11-01T00:00:00",
            "Amount": 240,
            "SumTax20": 20,
            "SumTaxNone": 120,
            "CheckStrings": [],
            "Cash": 40,
            "ElectronicPayment": 200,
        }
        async with hosting(shop) as host:
            await host.command("RegisterCheck", **{**check(kind=2), **totals})
        tags = recorded(shop)
        assert [value(tags, tag) for tag in (1020, 1031, 1081, 1102, 1105)] == [
            24_000, 4_000, 20_000, 2_000, 12_000,
        ]  # fmt: skip

    async def test_rows_in_a_correction_of_ffd_1_05_are_refused(self):
        shop = Shop(registration=registered(FfdVersion.V1_05))
        shop.open_shift()
        async with hosting(shop) as host:
            await host.error(
                "RegisterCheck", **check(kind=2, CorrectionBaseDate="2026-11-01T00:00:00")
            )
            await host.command("RegisterCheck", **check())

    async def test_a_correction_needs_the_day_it_corrects(self, host):
        assert "реквизит" in await host.error("RegisterCheck", **check(kind=2))

    async def test_all_five_payments_are_recorded(self, host, shop):
        sums = {
            "Cash": 10,
            "ElectronicPayment": 20,
            "AdvancePayment": 30,
            "Credit": 40,
            "CashProvision": 50,
        }
        answer = await host.command("RegisterCheck", **check(**sums))
        assert {key: answer[key] for key in sums} == sums
        tags = (1031, 1081, 1215, 1216, 1217)
        assert [value(recorded(shop), tag) for tag in tags] == [1000, 2000, 3000, 4000, 5000]

    @pytest.mark.parametrize(("tax", "rate"), list(RATES.items()))
    async def test_every_tax_code_is_its_rate(self, host, shop, tax, rate):
        await host.command("RegisterCheck", **check(row(Tax=tax)))
        assert value(item_of(shop), 1199) == rate

    async def test_every_rate_has_a_tax_code(self):
        assert set(RATES.values()) == set(VatRate)

    @pytest.mark.parametrize("tax", [18, 118, 99])
    async def test_other_tax_codes_are_refused(self, host, tax):
        await host.error("RegisterCheck", **check(row(Tax=tax)))

    @pytest.mark.parametrize(("variant", "system"), enumerate(TaxSystem))
    async def test_the_tax_system_goes_by_its_number(self, host, shop, variant, system):
        for spelling in (str(variant), variant):
            await host.command("RegisterCheck", **check(TaxVariant=spelling))
            assert value(recorded(shop), 1055) == system

    async def test_one_of_several_tax_systems_must_be_named(self, host):
        await host.error("RegisterCheck", **check(TaxVariant=""))

    async def test_the_only_tax_system_needs_no_name(self):
        registration = Registration(tax_systems=frozenset({TaxSystem.PATENT}))
        shop = Shop(registration=registration)
        shop.open_shift()
        async with hosting(shop) as host:
            await host.command("RegisterCheck", **check(TaxVariant=""))
        assert value(recorded(shop), 1055) == TaxSystem.PATENT

    async def test_requisites_of_the_check(self, host, shop):
        more = {
            "ClientAddress": "guest@example.org",
            "ClientInfo": "ООО Гость",
            "ClientINN": "7701234560",
            "SenderEmail": "own@example.org",
            "AddressSettle": "Москва, Учебная, 2",
            "PlaceMarket": "Зал 2",
            "AdditionalAttribute": "1234567890",
            "UserAttribute": {"Name": "Платеж", "Value": "0197-42"},
            "InternetMode": True,
        }
        await host.command("RegisterCheck", **check(**more))
        tags = recorded(shop)
        assert [value(tags, tag) for tag in (1008, 1117, 1009, 1187, 1192, 1125)] == [
            "guest@example.org", "own@example.org", "Москва, Учебная, 2", "Зал 2", "1234567890", 1,
        ]  # fmt: skip
        assert value(tags, 1256, 1227) == "ООО Гость"
        assert str(value(tags, 1256, 1228)).strip() == "7701234560"
        assert (value(tags, 1084, 1085), value(tags, 1084, 1086)) == ("Платеж", "0197-42")

    async def test_requisites_of_a_row(self, host, shop):
        more = {
            "MeasureOfQuantity": 71,
            "AgentSign": 6,
            "PurveyorData": {
                "PurveyorPhone": "+79001234567",
                "PurveyorName": "Поставщик",
                "PurveyorVATIN": "7701234560",
            },
            "AgentData": {"PayingAgentOperation": "Зачисление"},
            "CountryOfOrigin": "643",
            "CustomsDeclaration": "10113110/010126/0003344",
            "ExciseAmount": 1.5,
            "AdditionalAttribute": "особое",
            "SignCalculationObject": 1,
            "SignMethodCalculation": 1,
        }
        await host.command("RegisterCheck", **check(row(**more)))
        item = item_of(shop)
        assert [value(item, tag) for tag in (2108, 1222, 1230, 1231, 1229, 1191, 1212, 1214)] == [
            71, 64, "643", "10113110/010126/0003344", 150, "особое", 1, 1,
        ]  # fmt: skip
        assert value(item, 1224, 1225) == "Поставщик"
        assert str(value(item, 1226)).strip() == "7701234560"
        assert value(item, 1223, 1044) == "Зачисление"

    async def test_a_unit_is_a_text_before_ffd_1_2(self):
        shop = Shop(registration=registered(FfdVersion.V1_1))
        shop.open_shift()
        async with hosting(shop) as host:
            await host.command("RegisterCheck", **check(row(MeasurementUnit="час")))
        assert value(item_of(shop), 1197) == "час"

    async def test_a_marking_code_needs_a_registration_for_it(self, host):
        code = {"BarCode": "0104601234567893215abcde\x1d93dGVz"}
        await host.error("RegisterCheck", **check(row(GoodCodeData=code)))

    async def test_a_marking_code_is_recorded(self):
        shop = Shop(registration=Registration(marked_goods=True))
        shop.open_shift()
        code = {"BarCode": "0104601234567893215abcde\x1d93dGVz"}
        async with hosting(shop) as host:
            await host.command("RegisterCheck", **check(row(GoodCodeData=code)))
        assert find(item_of(shop), 1163) is not None

    async def test_a_discount_is_in_the_price_that_is_recorded(self, host, shop):
        line = row(amount=500, Quantity=3, Price=180)
        await host.command("RegisterCheck", **check(line, Cash=500))
        item = item_of(shop)
        assert [value(item, tag) for tag in (1079, 1023, 1043)] == [16_667, Decimal(3), 50_000]

    async def test_a_row_without_a_price_has_the_one_of_its_sum(self, host, shop):
        line = row(amount=150, Quantity=1.5)
        del line["Register"]["Price"]
        await host.command("RegisterCheck", **check(line))
        assert value(item_of(shop), 1079) == 10_000

    async def test_a_sum_that_no_price_gives_is_refused(self, host):
        await host.error("RegisterCheck", **check(row(amount=150, Quantity=900.001)))

    async def test_text_is_printed_between_the_rows(self, host, shop):
        texts = [
            {"PrintText": {"Text": text}}
            for text in (">#0#<Середина", "Слева<#0#>Справа", "А<#8#>>Б", "<<->>", "Просто")
        ]
        await host.command("RegisterCheck", **check(row(), *texts, row("Сок", 10), Cash=160))
        first = next(i for i, line in enumerate(shop.paper) if "Середина" in line)
        assert [line.rstrip() for line in shop.paper[first : first + 5]] == [
            "Середина".center(WIDTH).rstrip(),
            "Слева" + "Справа".rjust(WIDTH - 5),
            "А".rjust(WIDTH - 8) + "Б".rjust(8),
            "-" * WIDTH,
            "Просто",
        ]
        assert any("Сок" in line for line in shop.paper[first:])

    async def test_nothing_is_printed_where_it_is_not_wanted(self, host, shop):
        before = len(shop.paper)
        text = {"PrintText": {"Text": "Привет"}}
        await host.command("RegisterCheck", **check(row(), text, NotPrint=True))
        assert len(shop.paper) == before

    async def test_copies_are_printed(self, host, shop):
        await host.command("RegisterCheck", **check(NumberCopies=2))
        assert sum("КОПИЯ" in line for line in shop.paper) == 2

    async def test_a_closed_shift_is_opened_by_the_check(self, closed_shop):
        async with hosting(closed_shop) as host:
            answer = await host.command("RegisterCheck", **check())
            assert answer["CheckNumber"] == 3
        assert closed_shop.tape()[1].form is DocumentForm.SHIFT_OPENING

    async def test_or_it_is_refused(self, closed_shop):
        async with hosting(closed_shop, opens_shift=False) as host:
            assert await host.error("RegisterCheck", **check()) == SHIFT_CLOSED
            assert await host.documents() == 1

    async def test_a_zero_total_is_refused_in_the_recorded_words(self, host):
        lines = {"CheckStrings": [], "Cash": 0}
        assert await host.error("RegisterCheck", **{**check(), **lines}) == (
            "Не удалось закрыть чек ( 142-ККТ: Нулевой итог чека )"
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"Cash": 149.99}, "оплат меньше"),
            ({"Cash": 0, "ElectronicPayment": 150.01}, "безналичных больше"),
            ({"TypeCheck": 8}, "TypeCheck"),
            ({"TypeCheck": None}, "TypeCheck"),
            ({"TaxVariant": "9"}, "настройкам"),
            ({"CheckStrings": [row(SignCalculationObject=99)]}, "параметры"),
            ({"CheckStrings": [{"Register": {"Name": "Без суммы"}}]}, "Amount"),
            ({"CheckStrings": [row(Quantity=-1)]}, "количество"),
            ({"Cash": -1}, "параметры"),
        ],
    )
    async def test_what_is_refused_leaves_nothing_behind(self, host, change, words):
        before = await host.documents()
        assert words in await host.error("RegisterCheck", **{**check(), **change})
        assert await host.documents() == before
        await host.command("RegisterCheck", **check())

    @pytest.mark.parametrize(
        "following", [{"name": "RegisterCheck", **check()}, {"name": "CloseShift"}]
    )
    async def test_a_check_that_cannot_be_cancelled_is_cancelled_by_the_next_document(
        self, following
    ):
        shop = Shop(faults="busy@cancel_document")
        shop.open_shift()
        async with hosting(shop) as host:
            await host.error("RegisterCheck", **check(Cash=1))
            assert shop.register.open_document is not None
            await host.command(**following)

    async def test_a_slip_is_printed_and_not_recorded(self, host, shop):
        lines = [
            {"PrintText": {"Text": "Билет 7"}},
            {"BarCode": {"BarcodeType": "QR", "Barcode": "K-7"}},
            {"PrintImage": {"Image": "Qk0="}},
            row("Час", 5),
        ]
        for command in ("RegisterCheck", "PrintDocument"):
            before = await host.documents()
            answer = await host.command(command, IsFiscalCheck=False, CheckStrings=lines)
            assert "QRCode" not in answer
            assert await host.documents() == before
            assert any("Билет 7" in line for line in shop.paper)
            assert any("K-7" in line for line in shop.paper)
            shop.paper.clear()


class TestCardTrap:
    """The server may charge the card itself (`PayByProcessing`)."""

    @pytest.mark.parametrize(
        ("setting", "told", "charged"),
        [(True, None, [15_000]), (True, False, []), (False, None, []), (False, True, [15_000])],
    )
    async def test_the_card_is_charged_unless_the_check_says_no(self, shop, setting, told, charged):
        async with hosting(shop, pay_by_processing=setting) as host:
            by_card = check(Cash=0, ElectronicPayment=150, PayByProcessing=told)
            await host.command("RegisterCheck", **by_card)
            assert host.face.service.kkt.charged == charged


class TestArchive:
    async def test_a_receipt_is_told_by_its_number(self, host, shop):
        number = (await host.command("RegisterCheck", **check(ClientAddress="a@example.org")))[
            "CheckNumber"
        ]
        await host.command("CloseShift")
        answer = await host.command("GetDataCheck", FiscalNumber=number)
        document, told = shop.register.find(number), answer["RegisterCheck"]
        assert told["FiscalNumber"] == str(number)
        assert told["FiscalSign"] == str(document.fiscal_sign)
        assert told["FiscalDate"] == f"{document.date_time:%Y-%m-%dT%H:%M:%S}"
        assert (told["CheckType"], told["TaxVariant"]) == ("Приход", "1")
        assert (told["AllSumm"], told["Cash"]) == (150, 150)
        assert told["ClientAddress"] == "a@example.org"
        assert told["Register"] == [
            {"Name": "Игровое время", "Quantity": 1, "Amount": 150, "Tax": -1}
        ]
        assert parse_qr(answer["QRCode"]).fiscal_document_number == number
        assert "ИТОГ" in answer["Slip"]
        assert "\r\n" in answer["Slip"]

    async def test_zero_is_the_last_document(self, host):
        await host.command("CloseShift")
        told = (await host.command("GetDataCheck", FiscalNumber=0))["RegisterCheck"]
        assert (told["FiscalNumber"], told["CheckType"]) == ("3", "Закрытие смены")
        assert (told["Register"], told["AllSumm"]) == (None, 0)

    async def test_an_unknown_document_has_no_slip(self, host):
        answer = await host.ask("GetDataCheck", FiscalNumber=99)
        assert answer["Error"].startswith("Не удалось получить данные чека")
        assert "Slip" not in answer

    async def test_a_copy_is_printed_when_it_is_wanted(self, host, shop):
        await host.command("GetDataCheck", FiscalNumber=1)
        assert not any("КОПИЯ" in line for line in shop.paper)
        await host.command("GetDataCheck", FiscalNumber=1, NumberCopies=1)
        assert any("КОПИЯ" in line for line in shop.paper)

    async def test_counters_are_four_rows_of_totals_and_four_of_the_shift(self, host):
        await host.command("RegisterCheck", **check())
        await host.command("CloseShift")
        await host.command("RegisterCheck", **check(row(Tax=10), Cash=0, ElectronicPayment=150))
        await host.command(
            "RegisterCheck", **check(kind=2, CorrectionBaseDate="2026-11-01T00:00:00")
        )
        rows = (await host.command("GetCounters"))["Counters"]
        kinds = ["Shell", "ShellReturn", "Buy", "BuyReturn"]
        assert [one["CountersType"] for one in rows] == ["Total"] * 4 + ["Shift"] * 4
        assert [one["ReceiptType"] for one in rows] == kinds * 2
        total, shift = rows[0], rows[4]
        assert (total["Count"], total["Sum"], total["Cash"]) == (2, 300, 150)
        assert (shift["Count"], shift["Sum"], shift["ElectronicPayment"]) == (1, 150, 150)
        assert (shift["Tax10"], total["TaxNo"]) == (13.64, 150)
        assert (shift["CorrectionsCount"], shift["CorrectionsSum"]) == (1, 150)

    async def test_counters_need_ffd_1_2(self):
        async with hosting(Shop(registration=registered(FfdVersion.V1_1))) as host:
            await host.error("GetCounters")


class TestDevice:
    async def test_the_list_tells_the_register(self, host, shop):
        registration = shop.register.registration
        (unit,) = (await host.command("List"))["ListUnit"]
        assert (unit["NumDevice"], unit["OnOff"], unit["Active"]) == (1, True, True)
        assert unit["TypeDevice"] == "Фискальный регистратор"
        assert unit["FnNumber"] == registration.fiscal_drive_number
        assert unit["INN"] == registration.owner_inn
        assert unit["TaxVariant"] == "0,1,2,3,4,5"

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"NumDevice": 1}, 1),
            ({"NumDevice": 2}, 0),
            ({"InnKkm": "7701234560", "Active": True}, 1),
            ({"InnKkm": "1"}, 0),
            ({"OnOff": False}, 0),
            ({"OFD_Error": True}, 0),
            ({"FN_IsFiscal": True, "OFD_Error": None}, 1),
        ],
    )
    async def test_the_list_is_filtered(self, host, filters, found):
        answer = await host.command("List", **filters)
        assert len(answer["ListUnit"]) == found
        assert "NumDevice" not in answer

    async def test_the_state_of_shift_fn_and_exchange(self, closed_shop):
        async with hosting(closed_shop) as host:
            data = await host.command("GetDataKKT")
            info = data["Info"]
            assert (info["SessionState"], info["FFDVersion"]) == (1, "1.2")
            assert info["DateTimeKKT"] == f"{closed_shop.clock:%Y-%m-%dT%H:%M:%S}"
            assert data["LineLength"] == WIDTH
            closed_shop.wait(minutes=1)
            closed_shop.register.set_ofd_reachable(False)
            await host.command("OpenShift")
            closed_shop.wait(minutes=2)
            info = (await host.command("GetDataKKT"))["Info"]
            assert info["SessionState"] == 2
            assert (info["OFD_Error"], info["OFD_NumErrorDoc"]) == ("Нет связи", 1)
            assert info["OFD_DateErrorDoc"] == "2026-11-20T10:01:00"
            closed_shop.register.set_ofd_reachable(True)
            closed_shop.wait(minutes=1)
            info = (await host.command("GetDataKKT"))["Info"]
            assert (info["OFD_Error"], info["OFD_NumErrorDoc"]) == ("", 0)
            assert info["OFD_DateErrorDoc"] == "0001-01-01T00:00:00"

    @pytest.mark.parametrize(
        "named",
        [
            {"NumDevice": 0},
            {"NumDevice": 1},
            {"KktNumber": "0000000000001234"},
            {"InnKkm": "7701234560"},
            {"IdDevice": "7b0f7c52-98a4-4f0b-9d0c-2f0a3b5f6e11"},
            {"NumDevice": None, "KktNumber": ""},
        ],
    )
    async def test_the_register_is_found_by_any_of_its_names(self, host, named):
        assert (await host.command("GetDataKKT", **named))["NumDevice"] == 1

    @pytest.mark.parametrize("profile", list(Profile))
    async def test_another_device_is_not_found(self, shop, profile):
        async with hosting(shop, profile=profile) as host:
            answer = await host.ask("GetDataKKT", NumDevice=7)
            assert answer["Error"] == (
                "Устройство (с параметрами NumDevice=7) не найдено: не настроено или отключено."
            )
            assert answer["Status"] == (3 if profile is Profile.MODERN else 2)
            assert "NumDevice" not in answer

    async def test_there_is_no_card_terminal(self, host):
        answer = await host.ask("PayByPaymentCard", Amount=1)
        assert "не найдено" in answer["Error"]

    async def test_the_register_is_switched_off_and_on(self, host):
        assert "NumDevice" not in await host.command("OnOffUnut", NumDevice=1, Active=False)
        assert "не найдено" in (await host.ask("GetDataKKT"))["Error"]
        (unit,) = (await host.command("List"))["ListUnit"]
        assert (unit["OnOff"], unit["Active"]) == (False, False)
        await host.command("OnOffUnut", NumDevice=1, Active=True)
        await host.command("GetDataKKT")

    async def test_an_error_may_make_the_register_inactive(self, shop):
        async with hosting(shop, not_active_on_error=True) as host:
            await host.error("OpenShift")
            assert "не найдено" in (await host.ask("GetDataKKT"))["Error"]
            (unit,) = (await host.command("List"))["ListUnit"]
            assert (unit["OnOff"], unit["Active"]) == (True, False)

    async def test_the_width_of_a_line(self, host):
        assert (await host.command("GetLineLength"))["LineLength"] == WIDTH

    async def test_the_server_tells_of_itself(self, host):
        answer = await host.command("GetServerData")
        assert answer["ServerData"]["ServerVersion"].startswith("2.2.")
        assert "NumDevice" not in answer


class TestPaper:
    async def test_without_paper_nothing_is_recorded(self, host, shop):
        shop.register.set_paper(False)
        assert "лент" in await host.error("RegisterCheck", **check())
        assert (await host.command("GetDataKKT"))["Info"]["PaperOver"] is True
        await host.command("RegisterCheck", **check(NotPrint=True))

    async def test_paper_that_ends_in_print_is_a_warning_and_continued_later(self):
        shop = Shop(faults="paper-out-middle@RegisterCheck")
        shop.open_shift()
        async with hosting(shop) as host:
            answer = await host.command("RegisterCheck", **check())
            assert "бумаг" in answer["Warning"]
            assert answer["CheckNumber"] == 3
            shop.register.set_paper(True)
            await host.command("ContinuePrint")
            assert "ИТОГ" in "\n".join(shop.paper)

    async def test_nothing_torn_is_nothing_to_continue(self, host):
        await host.error("ContinuePrint")
