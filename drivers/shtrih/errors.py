"""The error codes of the protocol: what they are called, and what they mean to a screen.

Codes 01-2A come from the fiscal storage; on machines without one they meant something else,
but those machines cannot be registered any more. Source: paper 1.17 and the vendor's Java
driver; marking errors have two numbers there, and both are listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.register import Reason, Refused

PRINTING = 0x50
"""The previous command is still printing: the command was not executed."""
BUFFER_FULL = 0x4B
NO_DATA = 0x08
TLV_TOO_LONG = 0x10
WRONG_MODE = 0x73
NOT_SUPPORTED = 0x37
WRONG_SUBMODE = 0x72
CONTINUE_PRINT = "B0"


class ErrorClass(Enum):
    """What to do about an error."""

    WAIT = "wait"
    """Nothing was executed; the same may succeed a moment later."""
    PRINTER = "printer"
    """Paper, cover, cutter: to be mended by the cashier."""
    STATE = "state"
    """The register is in another state than thought: ask it."""
    REQUEST = "request"
    """A wrong request: an error of the program or its data."""
    SERVICE = "service"
    """For the service centre, or a new fiscal storage."""
    NOTE = "note"
    """Says that something is not there."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """One row of the table."""

    code: int
    text: str
    error_class: ErrorClass
    reason: Reason


_W, _P, _S, _H, _F, _N = ErrorClass
_R = Reason

_ROWS: tuple[tuple[int, str, ErrorClass, Reason], ...] = (
    (0x01, "ФН: неизвестная команда или неверный формат", _H, _R.BAD_REQUEST),
    (0x02, "ФН: неверное состояние", _S, _R.OTHER),
    (0x03, "ФН: отказ", _F, _R.FN_FAULT),
    (0x04, "ФН: отказ криптографического сопроцессора", _F, _R.FN_FAULT),
    (0x05, "ФН: закончен срок эксплуатации", _F, _R.FN_EXPIRED),
    (0x06, "ФН: архив переполнен", _F, _R.FN_FULL),
    (0x07, "ФН: неверные дата и (или) время", _S, _R.CLOCK_WRONG),
    (0x08, "ФН: запрошенных данных нет", _N, _R.NOT_FOUND),
    (0x09, "ФН: неверное значение параметра", _H, _R.BAD_REQUEST),
    (0x0A, "ФН: команда не разрешена в этом режиме", _S, _R.OTHER),
    (0x0B, "ФН: реквизит не разрешён", _H, _R.BAD_REQUEST),
    (0x0C, "ФН: данные повторяются", _H, _R.BAD_REQUEST),
    (0x0D, "ФН: нет обязательных данных", _H, _R.BAD_REQUEST),
    (0x0E, "ФН: слишком много позиций", _H, _R.BAD_REQUEST),
    (0x0F, "ФН: в команде нет данных", _H, _R.BAD_REQUEST),
    (0x10, "ФН: размер TLV превышен", _H, _R.BAD_REQUEST),
    (0x11, "ФН: нет транспортного соединения", _W, _R.BUSY),
    (0x12, "ФН: исчерпан ресурс криптографического сопроцессора", _F, _R.FN_EXPIRED),
    (0x14, "ФН: память для документов ОФД исчерпана", _F, _R.OFD_BLOCKED),
    (0x15, "ФН: документ ждёт передачи в ОФД более 30 дней", _F, _R.OFD_BLOCKED),
    (0x16, "ФН: смена длится более 24 часов", _S, _R.SHIFT_EXPIRED),
    (0x17, "ФН: скачок времени между документами", _S, _R.CLOCK_WRONG),
    (0x18, "ФН: неверный формат реквизита", _H, _R.BAD_REQUEST),
    (0x19, "ФН: подакцизный товар не разрешён регистрацией", _H, _R.BAD_REQUEST),
    (0x1A, "ФН: в позиции нет обязательного реквизита", _H, _R.BAD_REQUEST),
    (0x20, "ФН: сообщение ОФД не принято", _N, _R.OTHER),
    (0x23, "Обновление ключей проверки маркировки не принято", _W, _R.BUSY),
    (0x24, "Неизвестный ответ на обновление ключей маркировки", _W, _R.BUSY),
    (0x27, "Заводской номер подтверждён", _N, _R.OTHER),
    (0x2B, "Отменить предыдущую команду невозможно", _S, _R.OTHER),
    (0x2C, "Уже обнулено", _S, _R.OTHER),
    (0x2D, "Сумма по секции меньше суммы сторно", _H, _R.WRONG_SUM),
    (0x2E, "В денежном ящике нет суммы для выплаты", _S, _R.NOT_ENOUGH_CASH),
    (0x2F, "ФН: таймаут обмена", _W, _R.BUSY),
    (0x30, "ФН не отвечает", _W, _R.BUSY),
    (0x31, "ФН: ошибка формата обмена", _W, _R.BUSY),
    (0x32, "ФН: ошибка контрольной суммы обмена", _W, _R.BUSY),
    (0x33, "Неверные параметры команды", _H, _R.BAD_REQUEST),
    (0x34, "Нет данных", _N, _R.NOT_FOUND),
    (0x35, "Параметр неверен при этих настройках", _H, _R.BAD_REQUEST),
    (0x36, "Параметр неверен для этой модели", _H, _R.BAD_REQUEST),
    (0x37, "Команда не поддерживается", _H, _R.UNSUPPORTED),
    (0x38, "Ошибка ПЗУ", _F, _R.SERVICE_NEEDED),
    (0x39, "Внутренняя ошибка", _F, _R.SERVICE_NEEDED),
    (0x3A, "Переполнение надбавок в смене", _F, _R.SERVICE_NEEDED),
    (0x3B, "Переполнение накопления в смене", _F, _R.SERVICE_NEEDED),
    (0x3C, "Смена открыта, операция невозможна", _S, _R.SHIFT_OPEN),
    (0x3D, "Смена не открыта, операция невозможна", _S, _R.SHIFT_CLOSED),
    (0x3E, "Переполнение по секциям в смене", _F, _R.SERVICE_NEEDED),
    (0x3F, "Переполнение по скидкам в смене", _F, _R.SERVICE_NEEDED),
    (0x40, "Скидка вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x41, "Оплата видом 1 вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x42, "Оплата видом 2 вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x43, "Оплата видом 3 вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x44, "Оплата видом 4 вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x45, "Сумма оплат меньше итога чека", _H, _R.WRONG_SUM),
    (0x46, "Не хватает наличных в кассе", _S, _R.NOT_ENOUGH_CASH),
    (0x47, "Переполнение по налогам в смене", _F, _R.SERVICE_NEEDED),
    (0x48, "Переполнение итога чека", _H, _R.WRONG_SUM),
    (0x49, "Операция невозможна в открытом чеке этого типа", _S, _R.DOCUMENT_OPEN),
    (0x4A, "Открыт чек, операция невозможна", _S, _R.DOCUMENT_OPEN),
    (0x4B, "Буфер чека переполнен", _S, _R.BUSY),
    (0x4C, "Переполнение оборота по налогам", _F, _R.SERVICE_NEEDED),
    (0x4D, "Безналичная оплата больше итога чека", _H, _R.WRONG_SUM),
    (0x4E, "Смена длится более 24 часов", _S, _R.SHIFT_EXPIRED),
    (0x4F, "Неверный пароль", _H, _R.WRONG_PASSWORD),
    (0x50, "Идёт печать предыдущей команды", _W, _R.BUSY),
    (0x51, "Переполнение оплат видом 1 в смене", _F, _R.SERVICE_NEEDED),
    (0x52, "Переполнение оплат видом 2 в смене", _F, _R.SERVICE_NEEDED),
    (0x53, "Переполнение оплат видом 3 в смене", _F, _R.SERVICE_NEEDED),
    (0x54, "Переполнение оплат видом 4 в смене", _F, _R.SERVICE_NEEDED),
    (0x55, "Чек закрыт, операция невозможна", _S, _R.OTHER),
    (0x56, "Нет документа для повтора", _S, _R.NOT_FOUND),
    (0x57, "ЭКЛЗ: число закрытых смен не совпадает", _F, _R.SERVICE_NEEDED),
    (0x58, "Ожидание команды продолжения печати", _P, _R.WAITS_FOR_CONTINUE),
    (0x59, "Документ открыт другим оператором", _S, _R.DOCUMENT_OPEN),
    (0x5A, "Скидка больше суммы чека", _H, _R.WRONG_SUM),
    (0x5B, "Надбавка вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x5C, "Понижено напряжение питания", _P, _R.PRINTER_FAULT),
    (0x5D, "Таблица не определена", _H, _R.UNSUPPORTED),
    (0x5E, "Неверная операция", _H, _R.BAD_REQUEST),
    (0x5F, "Отрицательный итог чека", _H, _R.WRONG_SUM),
    (0x60, "Переполнение при умножении", _H, _R.WRONG_SUM),
    (0x61, "Цена вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x62, "Количество вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x63, "Отдел вне допустимого диапазона", _H, _R.BAD_REQUEST),
    (0x64, "ФП или плата часов отсутствует", _F, _R.SERVICE_NEEDED),
    (0x65, "Не хватает денег в секции", _S, _R.NOT_ENOUGH_CASH),
    (0x66, "Переполнение денег в секции", _S, _R.WRONG_SUM),
    (0x67, "Ошибка связи с ФП или часами", _F, _R.SERVICE_NEEDED),
    (0x68, "Не хватает денег по обороту налогов", _S, _R.NOT_ENOUGH_CASH),
    (0x69, "Переполнение денег по обороту налогов", _S, _R.WRONG_SUM),
    (0x6A, "Ошибка питания при обмене по I2C", _W, _R.BUSY),
    (0x6B, "Нет чековой ленты", _P, _R.PAPER_OUT),
    (0x6C, "Нет контрольной ленты", _P, _R.PAPER_OUT),
    (0x6D, "Не хватает денег по налогу", _S, _R.NOT_ENOUGH_CASH),
    (0x6E, "Переполнение денег по налогу", _S, _R.WRONG_SUM),
    (0x6F, "Переполнение по выплате в смене", _F, _R.SERVICE_NEEDED),
    (0x70, "Переполнение ФП", _F, _R.FN_FULL),
    (0x71, "Ошибка отрезчика", _P, _R.PRINTER_FAULT),
    (0x72, "Команда не поддерживается в этом подрежиме", _P, _R.PAPER_OUT),
    (0x73, "Команда не поддерживается в этом режиме", _S, _R.OTHER),
    (0x74, "Ошибка ОЗУ или файлов", _F, _R.SERVICE_NEEDED),
    (0x75, "Ошибка питания", _W, _R.BUSY),
    (0x76, "Ошибка принтера: нет импульсов с тахогенератора", _P, _R.PRINTER_FAULT),
    (0x77, "Ошибка принтера: нет сигнала с датчиков", _P, _R.PRINTER_FAULT),
    (0x78, "Замена программного обеспечения", _F, _R.SERVICE_NEEDED),
    (0x79, "Замена ФП или отказ часов", _F, _R.SERVICE_NEEDED),
    (0x7A, "Поле не редактируется", _H, _R.UNSUPPORTED),
    (0x7B, "Ошибка оборудования", _F, _R.SERVICE_NEEDED),
    (0x7C, "Дата не совпадает", _H, _R.CLOCK_WRONG),
    (0x7D, "Неверный формат даты", _H, _R.BAD_REQUEST),
    (0x7E, "Неверное значение в поле длины", _H, _R.BAD_REQUEST),
    (0x7F, "Итог чека вне допустимого диапазона", _H, _R.WRONG_SUM),
    (0x80, "Ошибка связи с ФП или часами (80h)", _F, _R.SERVICE_NEEDED),
    (0x81, "Ошибка связи с ФП или часами (81h)", _F, _R.SERVICE_NEEDED),
    (0x82, "Ошибка связи с ФП или часами (82h)", _F, _R.SERVICE_NEEDED),
    (0x83, "Ошибка связи с ФП или часами (83h)", _F, _R.SERVICE_NEEDED),
    (0x84, "Переполнение наличности", _F, _R.SERVICE_NEEDED),
    (0x85, "Переполнение по продажам в смене", _F, _R.SERVICE_NEEDED),
    (0x86, "Переполнение по покупкам в смене", _F, _R.SERVICE_NEEDED),
    (0x87, "Переполнение по возвратам продаж в смене", _F, _R.SERVICE_NEEDED),
    (0x88, "Переполнение по возвратам покупок в смене", _F, _R.SERVICE_NEEDED),
    (0x89, "Переполнение по внесению в смене", _F, _R.SERVICE_NEEDED),
    (0x8A, "Переполнение по надбавкам в чеке", _H, _R.WRONG_SUM),
    (0x8B, "Переполнение по скидкам в чеке", _H, _R.WRONG_SUM),
    (0x8C, "Отрицательная надбавка в чеке", _H, _R.WRONG_SUM),
    (0x8D, "Отрицательная скидка в чеке", _H, _R.WRONG_SUM),
    (0x8E, "Нулевой итог чека", _H, _R.WRONG_SUM),
    (0x8F, "Касса не зарегистрирована", _F, _R.FN_CLOSED),
    (0x90, "Поле превышает размер, заданный в настройках", _H, _R.BAD_REQUEST),
    (0x91, "Выход за границу поля печати", _H, _R.BAD_REQUEST),
    (0x92, "Наложение полей", _H, _R.BAD_REQUEST),
    (0x93, "Восстановление ОЗУ прошло успешно", _N, _R.OTHER),
    (0x94, "Исчерпан лимит операций в чеке", _S, _R.BAD_REQUEST),
    (0x95, "Неизвестная ошибка ЭКЛЗ", _F, _R.SERVICE_NEEDED),
    (0x96, "Нужно снять отчёт с гашением", _S, _R.SHIFT_EXPIRED),
    (0x9B, "Некорректное действие", _S, _R.OTHER),
    (0x9C, "База товаров: товар не найден", _H, _R.BAD_REQUEST),
    (0x9D, "База товаров: неверные данные", _H, _R.BAD_REQUEST),
    (0x9E, "База товаров: ошибка", _H, _R.BAD_REQUEST),
    (0xA0, "Работа с маркировкой не разрешена или нет связи с ФН", _S, _R.OTHER),
    (0xA1, "Нарушен порядок работы с маркировкой или нет ФН", _S, _R.OTHER),
    (0xA2, "Работа с маркировкой заблокирована: нет места", _S, _R.OTHER),
    (0xA3, "Таблица проверки маркировки заполнена", _S, _R.OTHER),
    (0xA4, "В TLV нет обязательных реквизитов", _H, _R.BAD_REQUEST),
    (0xA5, "Код маркировки не был проверен", _S, _R.OTHER),
    (0xA6, "ЭКЛЗ: отказ (A6h)", _F, _R.SERVICE_NEEDED),
    (0xA7, "ЭКЛЗ: отказ (A7h)", _F, _R.SERVICE_NEEDED),
    (0xA8, "ЭКЛЗ: отказ (A8h)", _F, _R.SERVICE_NEEDED),
    (0xA9, "ЭКЛЗ: отказ (A9h)", _F, _R.SERVICE_NEEDED),
    (0xAA, "В TLV нет обязательных реквизитов (AAh)", _H, _R.BAD_REQUEST),
    (0xAB, "ЭКЛЗ: отказ (ABh)", _F, _R.SERVICE_NEEDED),
    (0xAC, "Код маркировки не был проверен (ACh)", _S, _R.OTHER),
    (0xAD, "ЭКЛЗ: отказ (ADh)", _F, _R.SERVICE_NEEDED),
    (0xAE, "ЭКЛЗ: отказ (AEh)", _F, _R.SERVICE_NEEDED),
    (0xAF, "ЭКЛЗ: отказ (AFh)", _F, _R.SERVICE_NEEDED),
    (0xB0, "ЭКЛЗ: переполнение (B0h)", _F, _R.SERVICE_NEEDED),
    (0xB1, "ЭКЛЗ: отказ (B1h)", _F, _R.SERVICE_NEEDED),
    (0xB2, "ЭКЛЗ: отказ (B2h)", _F, _R.SERVICE_NEEDED),
    (0xB4, "Заводской номер не введён", _F, _R.SERVICE_NEEDED),
    (0xB5, "Заводской номер уже введён", _F, _R.SERVICE_NEEDED),
    (0xB6, "Неверный формат даты или времени", _H, _R.BAD_REQUEST),
    (0xB7, "Уже обнулено (B7h)", _S, _R.OTHER),
    (0xB8, "Смена уже открыта", _S, _R.SHIFT_OPEN),
    (0xB9, "Ошибка в TLV", _H, _R.BAD_REQUEST),
    (0xBA, "ФП: ошибка (BAh)", _F, _R.SERVICE_NEEDED),
    (0xBB, "ФП: ошибка (BBh)", _F, _R.SERVICE_NEEDED),
    (0xBC, "ФП: ошибка (BCh)", _F, _R.SERVICE_NEEDED),
    (0xBD, "ФП: ошибка (BDh)", _F, _R.SERVICE_NEEDED),
    (0xBE, "ФП: ошибка (BEh)", _F, _R.SERVICE_NEEDED),
    (0xBF, "ФП: ошибка (BFh)", _F, _R.SERVICE_NEEDED),
    (0xC0, "Нужно подтвердить дату и время", _S, _R.CLOCK_WRONG),
    (0xC1, "Отчёт с гашением прервать нельзя", _S, _R.BUSY),
    (0xC2, "Повышено напряжение питания", _P, _R.PRINTER_FAULT),
    (0xC3, "Итоги чека не совпадают", _F, _R.SERVICE_NEEDED),
    (0xC4, "Номера смен не совпадают", _F, _R.SERVICE_NEEDED),
    (0xC5, "Буфер подкладного документа пуст", _P, _R.PRINTER_FAULT),
    (0xC6, "Подкладной документ отсутствует", _P, _R.PRINTER_FAULT),
    (0xC7, "Поле не редактируется в этом режиме", _S, _R.OTHER),
    (0xC8, "Нет связи с принтером", _P, _R.PRINTER_FAULT),
    (0xC9, "Перегрев печатающей головки", _P, _R.PRINTER_FAULT),
    (0xCA, "Температура вне условий эксплуатации", _P, _R.PRINTER_FAULT),
    (0xCB, "Неверный подытог чека", _S, _R.WRONG_SUM),
    (0xCC, "Смена ЭКЛЗ закрыта или неверна системная дата", _S, _R.CLOCK_WRONG),
    (0xCD, "Проверка целостности архива не прошла", _F, _R.SERVICE_NEEDED),
    (0xCE, "Память исчерпана", _F, _R.SERVICE_NEEDED),
    (0xCF, "Часы сброшены, нужно установить дату", _S, _R.CLOCK_WRONG),
    (0xD0, "Не распечатана контрольная лента", _S, _R.OTHER),
    (0xD1, "Нет документов в буфере", _N, _R.NOT_FOUND),
    (0xD2, "Ошибка модема", _P, _R.OTHER),
    (0xD3, "Товар выбыл или код маркировки не разобран", _S, _R.OTHER),
    (0xD4, "Код маркировки фальсифицирован", _S, _R.OTHER),
    (0xD5, "Ошибка аутентификации или загрузки", _F, _R.SERVICE_NEEDED),
    (0xE0, "Купюроприёмник: ошибка связи", _P, _R.OTHER),
    (0xE1, "Купюроприёмник занят", _P, _R.OTHER),
    (0xE2, "Купюроприёмник: сумма не совпадает", _P, _R.OTHER),
    (0xE3, "Купюроприёмник: ошибка", _P, _R.OTHER),
    (0xE4, "Купюроприёмник: остаток не равен нулю", _P, _R.OTHER),
)

ERRORS = {row[0]: ErrorInfo(*row) for row in _ROWS}
"""Every known code but 0."""


def error_info(code: int) -> ErrorInfo:
    """The row of a code; unknown ones are told by their number."""
    return ERRORS.get(code) or ErrorInfo(code, "Неизвестная ошибка", ErrorClass.STATE, Reason.OTHER)


def refusal(code: int, command: str) -> Refused:
    """The error `code` of `command` (hexadecimal) as an ending of the contract."""
    info = error_info(code)
    if (code, command) == (WRONG_SUBMODE, CONTINUE_PRINT):
        return Refused(Reason.OTHER, f"{info.text} ({code:02X}h): продолжать нечего", code)
    return Refused(info.reason, f"{info.text} ({code:02X}h, команда {command}h)", code)
