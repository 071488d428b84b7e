"""Error texts: word for word where one was recorded, else in the recorded shape.

The register behind this server is a Shtrih-M, so the codes of its firmware come through.
Recorded: 60, 61 (also for a shift of more than 24 hours), 142, the missing device, the
unknown document, the unknown command. Not recorded, decided here: everything else.
"""

from __future__ import annotations

from enum import IntEnum

from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.shtrih_face.codes import CODE_OF_REFUSAL, TEXTS


class Status(IntEnum):
    """`Status` of an answer."""

    DONE = 0
    RUNNING = 1
    FAILED = 2
    NOT_FOUND = 3
    """The id of a command, or the device, is not known."""
    QUEUED = 4
    EXECUTED_EARLIER = 5


class Failure(Exception):
    """A command ends with an error, and has changed nothing."""

    def __init__(self, text: str, status: Status = Status.FAILED) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


SHIFT_OPEN = "Ошибка регистрации ( 60 : ККТ: Смена открыта – операция невозможна )"
SHIFT_CLOSED = (
    "Ошибка регистрации ( 61 : ККТ: Смена не открыта или смена превысила 24 часа"
    " – операция невозможна )"
)
ZERO_TOTAL = "Не удалось закрыть чек ( 142-ККТ: Нулевой итог чека )"
NO_SUCH_DOCUMENT = "Не удалось получить данные чека"
BUSY = "Ошибка регистрации ( 80 : ККТ: Устройство занято )"
TORN_PRINT = "Ошибка печати ( 107 : ККТ: Нет бумаги, документ не допечатан )"
LINK_LOST = "Ошибка обмена с ККТ: нет ответа от устройства"
LICENCE = "Message: Требуется лицензия на устройство, команда не выполнена"
EXECUTED_EARLIER = "Команда с таким IdCommand уже была выполнена ранее"
UNKNOWN_ID = "Команда с таким IdCommand не найдена"

_RECORDED = {
    Refusal.SHIFT_OPEN: SHIFT_OPEN,
    Refusal.SHIFT_CLOSED: SHIFT_CLOSED,
    Refusal.SHIFT_EXPIRED: SHIFT_CLOSED,
    Refusal.ZERO_TOTAL: ZERO_TOTAL,
    Refusal.NO_SUCH_DOCUMENT: NO_SUCH_DOCUMENT,
    Refusal.BUSY: BUSY,
}


def refused(error: DeviceRefused) -> Failure:
    """What the server says of a refusal of the register."""
    if text := _RECORDED.get(error.refusal):
        return Failure(text)
    code = CODE_OF_REFUSAL[error.refusal]
    return Failure(f"Ошибка регистрации ( {code:d} : {TEXTS[code]} )")


def device_missing(number: int) -> str:
    return f"Устройство (с параметрами NumDevice={number}) не найдено: не настроено или отключено."


def unreadable(why: str) -> Failure:
    return Failure(f"Ошибка разбора (парсинга) команды: {why}")


def unknown_command(name: str) -> str:
    return f"Ошибка разбора (парсинга) команды: Message: Неопознанная команда {name}"
