"""The FN screen: what is told, what is not told, and what an FN's change needs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from drivers.register import FnPhase, FnWarnings, OfdStatus, RegisterStatus, ShiftState
from kassa_tui.screens.fn import FnScreen
from kassa_tui.station.snapshot import Snapshot
from tests.screens.test_snapshots import (
    BOTH_LANGUAGES,
    BOTH_SIZES,
    NARROW,
    Compare,
    after,
    press,
)
from tests.screens.till import (
    CALM,
    INFO,
    NOW,
    REGISTER,
    SILENCE,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    running,
    text,
)

TOLD = replace(CALM, info=INFO)


def backlog(days: float, count: int = 12) -> RegisterStatus:
    ofd = OfdStatus(
        unsent_count=count, first_unsent_document=1031, first_unsent_at=NOW - timedelta(days=days)
    )
    return replace(REGISTER, ofd=ofd)


async def shown(snapshot: Snapshot, *keys: str) -> str:
    app = face(ScriptedLink(snapshot))
    async with running(app) as pilot:
        await pilot.press("f5", *keys)
        await pilot.pause()
        assert isinstance(app.screen, FnScreen)
        return " ".join(text(app).split())


async def test_number_phase_term_and_days_left_are_told() -> None:
    fn = replace(REGISTER.fn, fiscal_drive_number="9287440300012345", memory_left_documents=229_000)
    said = await shown(replace(TOLD, register=replace(REGISTER, fn=fn)))
    for words in (
        "ФН 9287440300012345",
        "Фаза • фискальный режим",
        "Рассчитан на 36 мес.",
        "До 06.01.2028",
        "Осталось • 412 дн.",
        "Память ещё документов: 229000",
        "Тревоги ФН • нет",
        "Не дошло • 0",
    ):
        assert words in said


async def test_what_the_register_does_not_tell_is_said_to_be_not_told() -> None:
    fn = replace(REGISTER.fn, valid_until=None)
    info = replace(INFO, firmware="", ofd_name=" ", tax_systems=frozenset())
    register = replace(REGISTER, fn=fn, ofd=OfdStatus(unsent_count=3))
    snapshot = replace(TOLD, register=register, info=info)
    said = await shown(snapshot)
    for label in ("Рассчитан на", "До", "Память", "Старейший", "Его возраст", "До блокировки"):
        assert f"{label} не сказано" in said
    said = await shown(snapshot, "2")
    for label in ("Прошивка", "ОФД", "Налоги"):
        assert f"{label} не сказано" in said


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (2, "До блокировки ! 28 д 0 ч"),
        (29.5, "До блокировки ! 12 ч 0 мин"),
        (30, "До блокировки X ФН не примет чек"),
        (31, "До блокировки X ФН не примет чек"),
    ],
)
async def test_the_days_to_the_block_are_those_of_the_oldest_document(
    days: float, words: str
) -> None:
    said = await shown(replace(TOLD, register=backlog(days)))
    assert words in said
    assert "Не дошло ! 12" in said
    assert "Старейший ФД 1031" in said


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, "! 30 дн."), (31, "• 31 дн."), (0, "! 0 дн."), (-1, "X срок вышел")],
)
async def test_the_end_of_the_term_is_warned_of(days: int, words: str) -> None:
    fn = replace(REGISTER.fn, valid_until=date(2026, 11, 20) + timedelta(days=days))
    said = await shown(replace(TOLD, register=replace(REGISTER, fn=fn)))
    assert f"Осталось {words}" in said


async def test_every_warning_of_the_fn_is_told() -> None:
    warnings = FnWarnings(
        replace_urgently=True, replace_soon=True, memory_nearly_full=True, ofd_overdue=True
    )
    fn = replace(REGISTER.fn, warnings=warnings)
    said = await shown(replace(TOLD, register=replace(REGISTER, fn=fn)))
    for words in ("меньше 3 дней", "меньше 30 дней", "память почти полна", "ОФД молчит 2 дня"):
        assert f"! {words}" in said


async def test_the_registration_is_told() -> None:
    said = await shown(TOLD, "2")
    for words in (
        "Модель ШТРИХ-М-01Ф",
        "Прошивка B.1 57300",
        "Формат ФФД 1.2",
        "Рег. № 0000000001000012",
        "Владелец ООО «Орбита»",
        "ИНН владельца 7700000010",
        "Налоги УСН доход, патент",
        "ИНН ОФД 7700000028",
    ):
        assert words in said


async def test_the_steps_of_a_change_are_checked_where_the_till_can_see_them() -> None:
    said = await shown(TOLD, "3")
    assert "• 1. Нет оплат без чека" in said
    assert "! 2. Смена закрыта" in said
    assert "• 3. ОФД получил все" in said
    assert "! 4. Архив ФН закрыт" in said
    assert "? 6. Старый ФН хранить 5 лет" in said
    ended = replace(
        REGISTER, shift=ShiftState.CLOSED, fn=replace(REGISTER.fn, phase=FnPhase.CLOSED)
    )
    said = await shown(replace(TOLD, register=ended), "3")
    assert "• 2. Смена закрыта" in said
    assert "• 4. Архив ФН закрыт" in said
    unready = replace(WITHOUT_RECEIPT, register=backlog(1))
    said = await shown(unready, "3")
    assert "! 1. Нет оплат без чека (сейчас: 1)" in said
    assert "! 3. ОФД получил все" in said


async def test_a_silent_register_is_not_taken_for_one_that_tells() -> None:
    silent = replace(TOLD, silence=SILENCE)
    assert "ФР молчит: это сказано раньше" in await shown(silent)
    assert "? 2. Смена закрыта" in await shown(silent, "3")


async def test_a_register_that_has_told_nothing_is_unknown() -> None:
    for page in "123":
        said = await shown(replace(CALM, register=None), page)
        assert "? ФР ещё ничего о себе не сказал" in said or page == "3"


@pytest.mark.parametrize("phase", list(FnPhase))
async def test_every_phase_has_words(phase: FnPhase) -> None:
    fn = replace(REGISTER.fn, phase=phase)
    said = await shown(replace(TOLD, register=replace(REGISTER, fn=fn)))
    assert f" {phase.value} " not in said


@BOTH_SIZES
@BOTH_LANGUAGES
def test_an_fn(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(ScriptedLink(replace(TOLD, register=backlog(26))))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f5")))


@pytest.mark.parametrize("page", ["2", "3"])
@BOTH_LANGUAGES
def test_a_page_of_the_fn(snap_compare: Compare, page: str, language: str) -> None:
    app = face(ScriptedLink(replace(TOLD, register=backlog(26))))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f5", page)))
