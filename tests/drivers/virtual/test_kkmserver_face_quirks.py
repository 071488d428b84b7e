"""Answers as real servers were seen to give them: each oddity alone, on the wire."""

import json

import pytest

from drivers.virtual.kkmserver_face import Profile, Quirk
from drivers.virtual.kkmserver_face.habits import HabitsError, read_quirks
from tests.drivers.virtual.kkmserver_host import Host, check, hosting
from tests.drivers.virtual.shop import Shop


def quirky(*quirks: Quirk, faults: str = "", **habits: object):
    shop = Shop(faults=faults)
    shop.open_shift()
    return hosting(shop, quirks=quirks, **habits)


async def body(host: Host, name: str, **fields: object) -> str:
    return (await host.post({"Command": name, **fields})).text


async def test_control_characters_stand_for_key_names():
    async with quirky(Quirk.CONTROL_KEYS) as host:
        answer = await host.command("GetDataCheck", FiscalNumber=2)
        assert answer["RegisterCheck"]["\x01"] == "2"
        assert min(answer["RegisterCheck"]) < " "
        assert "\\u0001" in await body(host, "GetDataCheck", FiscalNumber=2)


async def test_they_may_stand_there_unescaped():
    async with quirky(Quirk.RAW_CONTROL_KEYS) as host:
        text = await body(host, "GetDataCheck", FiscalNumber=2)
        assert '"\x01": "2"' in text
        with pytest.raises(ValueError, match="control character"):
            json.loads(text)


async def test_control_characters_reach_a_fetched_result_too():
    async with quirky(Quirk.CONTROL_KEYS) as host:
        await host.command("GetDataCheck", FiscalNumber=2, IdCommand="data")
        answer = await host.command("GetRezult", IdCommand="data")
        assert answer["Rezult"]["RegisterCheck"]["\x01"] == "2"


async def test_a_cyrillic_letter_begins_the_counters():
    async with quirky(Quirk.CYRILLIC_KEYS) as host:
        answer = await host.command("GetCounters")
        assert "Counters" not in answer
        assert answer["\u0421ounters"][4]["\u0421ountersType"] == "Shift"


async def test_numbers_are_text():
    async with quirky(Quirk.NUMBERS_AS_TEXT) as host:
        answer = await host.ask("RegisterCheck", **check())
        assert (answer["CheckNumber"], answer["Cash"], answer["Status"]) == ("3", "150.00", "0")
        data = await host.ask("GetDataKKT")
        assert (data["Info"]["SessionState"], data["Info"]["PaperOver"]) == ("2", False)


async def test_keys_are_absent():
    async with quirky(Quirk.FEW_KEYS) as host:
        answer = await host.command("RegisterCheck", **check())
        assert set(answer) == {
            "SessionNumber", "Command", "Error", "Status", "IdCommand", "NumDevice"
        }  # fmt: skip
        info = (await host.command("GetDataKKT"))["Info"]
        assert info["SessionState"] == 2
        assert "FN_DateEnd" not in info


async def test_what_is_empty_is_null():
    async with quirky(Quirk.NULLS) as host:
        answer = await host.command("CloseShift")
        assert (answer["URL"], answer["Warning"], answer["Error"]) == (None, None, "")


async def test_there_are_no_dates():
    async with quirky(Quirk.NO_DATES) as host:
        info = (await host.command("GetDataKKT"))["Info"]
        dates = {info["DateTimeKKT"], info["FN_DateEnd"], info["OFD_DateErrorDoc"]}
        assert dates == {"0001-01-01T00:00:00"}


async def test_dates_have_seven_decimals_and_an_offset():
    async with quirky(Quirk.ZONED_DATES) as host:
        info = (await host.command("GetDataKKT"))["Info"]
        assert info["DateTimeKKT"] == "2026-11-20T10:00:00.0000000+03:00"


async def test_an_error_carries_the_numbers_of_another_document():
    async with quirky(Quirk.ERROR_WITH_NUMBERS) as host:
        await host.command("RegisterCheck", **check())
        answer = await host.ask("RegisterCheck", **check(Cash=1))
        assert (answer["Status"], answer["CheckNumber"], answer["SessionNumber"]) == (2, 3, 1)
        assert await host.documents() == 3


async def test_an_error_begins_with_a_prefix():
    async with quirky(Quirk.MESSAGE_PREFIX) as host:
        assert (await host.error("OpenShift")).startswith("Message: Ошибка регистрации ( 60")


async def test_the_qr_has_seconds():
    async with quirky(Quirk.QR_SECONDS) as host:
        answer = await host.command("RegisterCheck", **check())
        assert answer["QRCode"].startswith("t=20261120T100000&s=150.00&")


async def test_a_flag_has_one_letter_less():
    async with quirky(Quirk.ON_OF) as host:
        (unit,) = (await host.command("List"))["ListUnit"]
        assert unit["OnOf"] is True
        assert "OnOff" not in unit


async def test_a_torn_print_is_an_error_though_it_is_recorded():
    faults = "paper-out-middle@RegisterCheck"
    async with quirky(Quirk.TORN_PRINT_IS_ERROR, faults=faults) as host:
        answer = await host.ask("RegisterCheck", **check())
        assert answer["Status"] == 2
        assert "бумаг" in answer["Error"]
        assert "CheckNumber" not in answer
        assert await host.documents() == 3


async def test_a_server_of_2017_tells_less():
    async with quirky(profile=Profile.LEGACY) as host:
        closed = await host.command("CloseShift")
        assert (closed["CheckNumber"], closed["UnitName"]) == (1, "ККТ зала 1")
        for key in ("QRCode", "URL", "Warning", "Message"):
            assert key not in closed
        sold = await host.command("RegisterCheck", **check())
        assert "SessionCheckNumber" not in sold
        assert "Cash" not in sold
        assert "BalanceCash" not in (await host.command("GetDataKKT"))["Info"]
        await host.error("GetCounters")


class TestSpecification:
    def test_quirks_are_read_by_name(self):
        assert read_quirks("") == frozenset()
        assert read_quirks("nulls, on-of") == {Quirk.NULLS, Quirk.ON_OF}

    def test_an_unknown_quirk_is_an_error_that_names_the_known_ones(self):
        with pytest.raises(HabitsError, match=r"'other'.*nulls"):
            read_quirks("nulls,other")
