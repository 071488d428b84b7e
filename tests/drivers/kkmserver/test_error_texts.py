"""Error texts and what they mean; those marked R in the notes were recorded."""

from __future__ import annotations

import pytest

from drivers.kkmserver.answers import Answer, Fields, Status
from drivers.kkmserver.error_texts import precedes_execution, refusal
from drivers.register import Reason

SHIFT_61 = (
    "Ошибка регистрации ( 61 : ККТ: Смена не открыта или смена превысила 24 часа"
    " – операция невозможна )"
)
MISSING = "Устройство (с параметрами NumDevice=2) не найдено: не настроено или отключено."


def failed(text: str, status: Status = Status.FAILED) -> Answer:
    return Answer(status, text, Fields({}))


@pytest.mark.parametrize(
    ("text", "reason", "code"),
    [
        (
            "Ошибка регистрации ( 60 : ККТ: Смена открыта – операция невозможна )",
            Reason.SHIFT_OPEN,
            60,
        ),
        (SHIFT_61, Reason.SHIFT_CLOSED, 61),
        ("Не удалось закрыть чек ( 142-ККТ: Нулевой итог чека )", Reason.WRONG_SUM, 142),
        (MISSING, Reason.DEVICE_MISSING, None),
        ("Не удалось получить данные чека", Reason.NOT_FOUND, None),
        (
            "Ошибка разбора (парсинга) команды: Message: Неопознанная команда X",
            Reason.UNSUPPORTED,
            None,
        ),
        ("Ошибка регистрации ( 107 : ККТ: Нет чековой ленты )", Reason.PAPER_OUT, 107),
        ("Закончилась бумага", Reason.PAPER_OUT, None),
        ("Устройство занято", Reason.BUSY, None),
        ("Открыта крышка", Reason.COVER_OPEN, None),
        ("Смена превысила 24 часа", Reason.SHIFT_EXPIRED, None),
        ("Не хватает наличности в кассе", Reason.NOT_ENOUGH_CASH, None),
        ("Не найдена лицензия на устройство", Reason.OTHER, None),
        ("Ошибка обмена с ККТ: нет ответа от устройства", Reason.DEVICE_MISSING, None),
        ("ФН: срок вышел", Reason.FN_EXPIRED, None),
        ("ФН: архив заполнен", Reason.FN_FULL, None),
        ("ФН: память для ОФД заполнена", Reason.OFD_BLOCKED, None),
        ("Ожидание команды продолжения печати", Reason.WAITS_FOR_CONTINUE, None),
        ("Идёт печать предыдущей команды", Reason.BUSY, None),
        ("ФН: дата или время раньше последнего документа", Reason.CLOCK_WRONG, None),
        ("База товаров: товар не найден", Reason.OTHER, None),
        ("Эквивалент не задан", Reason.OTHER, None),
        ("", Reason.OTHER, None),
    ],
)
def test_words_decide_and_the_text_is_kept(text: str, reason: Reason, code: int | None) -> None:
    refused = refusal(failed(text))
    assert (refused.reason, refused.code) == (reason, code)
    assert refused.detail == (text or "no text")


def test_a_prefix_of_the_service_is_taken_off() -> None:
    assert refusal(failed("Message: Нет бумаги")).detail == "Нет бумаги"


def test_status_3_says_that_the_device_is_missing_whatever_the_text() -> None:
    assert refusal(failed("", Status.NOT_FOUND)).reason is Reason.DEVICE_MISSING


@pytest.mark.parametrize(
    ("answer", "precedes"),
    [
        (failed(MISSING), True),
        (failed(MISSING, Status.NOT_FOUND), True),
        (failed("x", Status.NOT_FOUND), True),
        (failed(f"Message: {MISSING}"), True),
        (failed("Ошибка печати: бумага не найдена"), False),
        (failed(SHIFT_61), False),
    ],
)
def test_only_a_device_that_was_not_found_proves_that_nothing_was_done(
    answer: Answer, precedes: bool
) -> None:
    assert precedes_execution(answer) is precedes
