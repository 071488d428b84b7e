"""What the station finds well and what not, and in which order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.register import LinkFinding, LinkState, Reason, ShiftState
from kassa_tui.station.diagnosis import Check, Diagnosis, Finding, Step, diagnose
from kassa_tui.station.inquiries import Diagnose
from kassa_tui.station.snapshot import CrmState, Snapshot
from kassa_tui.widgets.guide_words import step_words
from tests.screens.till import CALM, NOW, REGISTER, SILENCE, WITHOUT_RECEIPT
from tests.station.bench import Bench

MIB = 1 << 20
PORT = LinkFinding(
    place="/dev/ttyACM0", is_serial=True, state=LinkState.ABSENT, others=("/dev/ttyS0",)
)
ADDRESS = LinkFinding(place="10.0.0.9:7778", is_serial=False, state=LinkState.PRESENT)
SILENT = replace(CALM, silence=SILENCE)


def examined(
    snapshot: Snapshot, link: LinkFinding | None = None, room: int | None = 9000 * MIB
) -> Diagnosis:
    return diagnose(snapshot, link=link, status_at=NOW, room=room, least_room=64 * MIB, at=NOW)


def step(diagnosis: Diagnosis, check: Check) -> Step:
    (found,) = (one for one in diagnosis.steps if one.check is check)
    return found


def test_a_calm_till_is_well_in_every_step() -> None:
    diagnosis = examined(CALM)
    assert diagnosis.is_well
    assert not diagnosis.register_is_away


def test_a_port_that_is_gone_is_the_fault_and_nothing_behind_it_is_judged() -> None:
    diagnosis = examined(SILENT, PORT)
    assert [one.check for one in diagnosis.steps if one.finding is Finding.WRONG] == [Check.PORT]
    assert step(diagnosis, Check.DEVICE).finding is Finding.UNTOLD
    assert step(diagnosis, Check.POWER).finding is Finding.BY_EYE


def test_an_address_that_answers_leaves_the_device_as_the_fault() -> None:
    diagnosis = examined(SILENT, ADDRESS)
    assert step(diagnosis, Check.ADDRESS).finding is Finding.WELL
    assert step(diagnosis, Check.DEVICE).finding is Finding.WRONG
    assert diagnosis.register_is_away


SERVICE = replace(ADDRESS, place="127.0.0.1:5893", is_service=True, is_here=True, others=("COM3",))


def test_a_service_that_does_not_answer_is_the_fault_and_not_the_register() -> None:
    told = replace(SILENT, silence=replace(SILENCE, reason=Reason.SERVER_UNAVAILABLE))
    away = examined(told, replace(SERVICE, state=LinkState.REFUSED))
    assert [one.check for one in away.steps if one.finding is Finding.WRONG] == [Check.ADDRESS]
    another = examined(told, SERVICE)
    assert [one.check for one in another.steps if one.finding is Finding.WRONG] == [Check.SERVICE]
    assert step(another, Check.DEVICE).finding is Finding.UNTOLD


def test_a_register_that_the_service_does_not_see_has_five_steps() -> None:
    told = replace(SILENT, silence=replace(SILENCE, reason=Reason.DEVICE_MISSING))
    diagnosis = examined(told, SERVICE)
    assert step(diagnosis, Check.SERVICE).finding is Finding.WELL
    by_eye = [one.check for one in diagnosis.steps if one.finding is Finding.BY_EYE]
    assert by_eye == [Check.POWER, Check.REPLUG, Check.SERVICE_STOP, Check.SERVICE_START]
    assert step(diagnosis, Check.DEVICE).finding is Finding.WRONG
    replug = step_words(step(diagnosis, Check.REPLUG), diagnosis)
    assert "COM3" in replug.found
    assert "Device Manager" in replug.to_do


def test_a_wrong_password_is_no_silent_device() -> None:
    told = replace(SILENT, silence=replace(SILENCE, reason=Reason.WRONG_PASSWORD))
    diagnosis = examined(told, ADDRESS)
    assert step(diagnosis, Check.DEVICE).finding is Finding.WELL
    assert step(diagnosis, Check.PASSWORD).finding is Finding.WRONG


@pytest.mark.parametrize(
    ("changes", "check", "finding"),
    [
        ({"paper_present": False}, Check.PAPER, Finding.WRONG),
        ({"cover_open": True}, Check.COVER, Finding.WRONG),
        ({"shift": ShiftState.EXPIRED}, Check.SHIFT, Finding.WRONG),
        ({"shift": ShiftState.CLOSED}, Check.SHIFT, Finding.LOOK),
        ({"shift_opened_at": NOW - timedelta(hours=23)}, Check.SHIFT, Finding.LOOK),
        ({"clock": NOW + timedelta(minutes=3)}, Check.CLOCK, Finding.LOOK),
        ({"clock": NOW - timedelta(seconds=100)}, Check.CLOCK, Finding.WELL),
    ],
)
def test_a_state_of_the_register_is_one_finding(
    changes: dict[str, object], check: Check, finding: Finding
) -> None:
    told = replace(CALM, register=replace(REGISTER, **changes))  # type: ignore[arg-type]
    assert step(examined(told), check).finding is finding


@pytest.mark.parametrize(
    ("days", "finding"), [(0, Finding.WELL), (2, Finding.LOOK), (26, Finding.WRONG)]
)
def test_unsent_documents_are_judged_by_the_age_of_the_oldest(days: int, finding: Finding) -> None:
    ofd = replace(REGISTER.ofd, unsent_count=3, first_unsent_at=NOW - timedelta(days=days))
    told = replace(CALM, register=replace(REGISTER, ofd=ofd))
    assert step(examined(told), Check.OFD).finding is finding


@pytest.mark.parametrize(
    ("room", "finding"),
    [(None, Finding.WRONG), (63 * MIB, Finding.WRONG), (100 * MIB, Finding.LOOK)],
)
def test_too_little_room_for_the_journal_is_told(room: int | None, finding: Finding) -> None:
    assert step(examined(CALM, room=room), Check.DISK).finding is finding


def test_what_is_open_with_client_and_crm_is_told() -> None:
    crm = CrmState(shift_is_open=True, shift_opened_at=NOW, failing_since=NOW, queued=4, poisoned=1)
    diagnosis = examined(replace(WITHOUT_RECEIPT, crm=crm))
    wrong = {one.check for one in diagnosis.steps if one.finding is Finding.WRONG}
    assert wrong == {Check.RECEIPTS, Check.CRM, Check.RECORDS}


async def test_a_running_station_tells_beside_its_queue(bench: Bench) -> None:
    async with bench.station() as running:
        await running.until(lambda snapshot: snapshot.register is not None)
        diagnosis = await running.station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis)
        assert step(diagnosis, Check.DEVICE).finding is Finding.WELL
        assert step(diagnosis, Check.CLOCK).finding is Finding.WELL
        await bench.pull_out()
        await running.until(lambda snapshot: snapshot.silence is not None)
        diagnosis = await running.station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis)
        assert diagnosis.register_is_away
