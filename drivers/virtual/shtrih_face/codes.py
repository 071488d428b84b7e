"""Error codes of the firmware: which refusal gives which, and the device's own words.

Source: protocol paper 1.17, error list; codes 0A-1A from the cash core's guide, because the
standard platform's list has no finer ones. Decided here, where the sources are silent: a sum
off by more than a kopeck and an unknown rate are 33h, an open cover shows as 6Bh with its
flag, a tax system outside the registration is 35h.
"""

from __future__ import annotations

from enum import IntEnum

from drivers.virtual.refusals import Refusal


class Code(IntEnum):
    """The codes that this register answers."""

    FN_STATE = 0x02
    FN_FAULT = 0x03
    FN_EXPIRED = 0x05
    FN_FULL = 0x06
    FN_CLOCK = 0x07
    NO_SUCH_DATA = 0x08
    TAG_NOT_ALLOWED = 0x0B
    TAG_MISSING = 0x0D
    TLV_TOO_LONG = 0x10
    OFD_MEMORY_FULL = 0x14
    OFD_OVERDUE = 0x15
    TAG_FORMAT = 0x18
    EXCISE_GOODS = 0x19
    BAD_PARAMETERS = 0x33
    NO_DATA = 0x34
    BAD_FOR_SETTINGS = 0x35
    UNKNOWN_COMMAND = 0x37
    INTERNAL = 0x39
    SHIFT_OPEN = 0x3C
    SHIFT_CLOSED = 0x3D
    PAYMENTS_BELOW_TOTAL = 0x45
    NOT_ENOUGH_CASH = 0x46
    TOTAL_OVERFLOW = 0x48
    WRONG_RECEIPT_TYPE = 0x49
    RECEIPT_OPEN = 0x4A
    CASHLESS_ABOVE_TOTAL = 0x4D
    SHIFT_EXPIRED = 0x4E
    WRONG_PASSWORD = 0x4F
    PRINTING = 0x50
    RECEIPT_CLOSED = 0x55
    NOTHING_TO_REPEAT = 0x56
    WAITS_FOR_CONTINUE = 0x58
    OTHER_OPERATOR = 0x59
    NO_SUCH_TABLE = 0x5D
    NEGATIVE_TOTAL = 0x5F
    PRICE_RANGE = 0x61
    QUANTITY_RANGE = 0x62
    DEPARTMENT_RANGE = 0x63
    NO_PAPER = 0x6B
    WRONG_SUBMODE = 0x72
    WRONG_MODE = 0x73
    READ_ONLY = 0x7A
    DATE_DIFFERS = 0x7C
    BAD_DATE = 0x7D
    BAD_LENGTH = 0x7E
    CASH_OVERFLOW = 0x84
    ZERO_TOTAL = 0x8E
    TOO_MANY_ITEMS = 0x94
    MARKED_GOODS = 0xA0
    CONFIRM_DATE = 0xC0
    READ_ONLY_NOW = 0xC7


class Failure(Exception):
    """A command ends with an error code, and has changed nothing."""

    def __init__(self, code: Code) -> None:
        super().__init__(f"{code:02X}h {code.name}")
        self.code = code


CODE_OF_REFUSAL = {
    Refusal.SHIFT_CLOSED: Code.SHIFT_CLOSED,
    Refusal.SHIFT_OPEN: Code.SHIFT_OPEN,
    Refusal.SHIFT_EXPIRED: Code.SHIFT_EXPIRED,
    Refusal.DOCUMENT_OPEN: Code.RECEIPT_OPEN,
    Refusal.NO_DOCUMENT_OPEN: Code.RECEIPT_CLOSED,
    Refusal.OTHER_OPERATOR: Code.OTHER_OPERATOR,
    Refusal.WRONG_RECEIPT_TYPE: Code.WRONG_RECEIPT_TYPE,
    Refusal.PAPER_OUT: Code.NO_PAPER,
    Refusal.COVER_OPEN: Code.NO_PAPER,
    Refusal.PRINTING: Code.PRINTING,
    Refusal.WAITS_FOR_CONTINUE: Code.WAITS_FOR_CONTINUE,
    Refusal.NOTHING_TO_CONTINUE: Code.WRONG_SUBMODE,
    Refusal.NOTHING_TO_REPEAT: Code.NOTHING_TO_REPEAT,
    Refusal.BUSY: Code.PRINTING,
    Refusal.FN_FULL: Code.FN_FULL,
    Refusal.FN_EXPIRED: Code.FN_EXPIRED,
    Refusal.FN_CLOSED: Code.FN_STATE,
    Refusal.OFD_MEMORY_FULL: Code.OFD_MEMORY_FULL,
    Refusal.OFD_OVERDUE: Code.OFD_OVERDUE,
    Refusal.CLOCK_BACKWARD: Code.FN_CLOCK,
    Refusal.NO_SUCH_DOCUMENT: Code.NO_SUCH_DATA,
    Refusal.NO_DATA: Code.NO_DATA,
    Refusal.PAYMENTS_BELOW_TOTAL: Code.PAYMENTS_BELOW_TOTAL,
    Refusal.CASHLESS_ABOVE_TOTAL: Code.CASHLESS_ABOVE_TOTAL,
    Refusal.ZERO_TOTAL: Code.ZERO_TOTAL,
    Refusal.TOTAL_OVERFLOW: Code.TOTAL_OVERFLOW,
    Refusal.WRONG_SUM: Code.BAD_PARAMETERS,
    Refusal.PRICE_RANGE: Code.PRICE_RANGE,
    Refusal.QUANTITY_RANGE: Code.QUANTITY_RANGE,
    Refusal.TOO_MANY_ITEMS: Code.TOO_MANY_ITEMS,
    Refusal.UNSUPPORTED_RATE: Code.BAD_PARAMETERS,
    Refusal.TAX_SYSTEM: Code.BAD_FOR_SETTINGS,
    Refusal.CORRECTION_FORM: Code.WRONG_RECEIPT_TYPE,
    Refusal.EXCISE_GOODS: Code.EXCISE_GOODS,
    Refusal.MARKED_GOODS: Code.MARKED_GOODS,
    Refusal.NOT_ENOUGH_CASH: Code.NOT_ENOUGH_CASH,
    Refusal.CASH_OVERFLOW: Code.CASH_OVERFLOW,
    Refusal.TAG_NOT_ALLOWED: Code.TAG_NOT_ALLOWED,
    Refusal.TAG_MISSING: Code.TAG_MISSING,
    Refusal.TAG_FORMAT: Code.TAG_FORMAT,
    Refusal.TAG_TOO_LONG: Code.TLV_TOO_LONG,
    Refusal.BAD_PARAMETER: Code.BAD_PARAMETERS,
}

TEXTS = {
    0x00: "Ошибок нет",
    Code.FN_STATE: "ФН: неверное состояние",
    Code.FN_FAULT: "ФН: отказ",
    Code.FN_EXPIRED: "ФН: срок вышел",
    Code.FN_FULL: "ФН: архив заполнен",
    Code.FN_CLOCK: "ФН: дата или время раньше последнего документа",
    Code.NO_SUCH_DATA: "ФН: нет таких данных",
    Code.TAG_NOT_ALLOWED: "ФН: реквизит здесь не допускается",
    Code.TAG_MISSING: "ФН: нет обязательного реквизита",
    Code.TLV_TOO_LONG: "ФН: слишком длинный TLV",
    Code.OFD_MEMORY_FULL: "ФН: память для ОФД заполнена",
    Code.OFD_OVERDUE: "ФН: документ ждет отправки больше 30 дней",
    Code.TAG_FORMAT: "ФН: неверный формат реквизита",
    Code.EXCISE_GOODS: "ФН: подакцизный товар",
    Code.MARKED_GOODS: "ККТ: маркировка не разрешена",
    Code.BAD_PARAMETERS: "ККТ: неверные параметры команды",
    Code.NO_DATA: "ККТ: нет данных",
    Code.BAD_FOR_SETTINGS: "ККТ: параметр не подходит к настройкам",
    Code.UNKNOWN_COMMAND: "ККТ: команда не поддерживается",
    Code.INTERNAL: "ККТ: внутренняя ошибка",
    Code.SHIFT_OPEN: "ККТ: смена открыта",
    Code.SHIFT_CLOSED: "ККТ: смена не открыта",
    Code.PAYMENTS_BELOW_TOTAL: "ККТ: оплат меньше итога",
    Code.NOT_ENOUGH_CASH: "ККТ: не хватает наличных",
    Code.TOTAL_OVERFLOW: "ККТ: переполнение итога чека",
    Code.WRONG_RECEIPT_TYPE: "ККТ: не для чека этого типа",
    Code.RECEIPT_OPEN: "ККТ: открыт чек",
    Code.CASHLESS_ABOVE_TOTAL: "ККТ: безналичных больше итога",
    Code.SHIFT_EXPIRED: "ККТ: смене больше 24 часов",
    Code.WRONG_PASSWORD: "ККТ: неверный пароль",
    Code.PRINTING: "ККТ: идет печать",
    Code.RECEIPT_CLOSED: "ККТ: чек не открыт",
    Code.NOTHING_TO_REPEAT: "ККТ: нечего повторять",
    Code.WAITS_FOR_CONTINUE: "ККТ: ждет продолжения печати",
    Code.OTHER_OPERATOR: "ККТ: чек открыт другим оператором",
    Code.NO_SUCH_TABLE: "ККТ: нет такой таблицы",
    Code.NEGATIVE_TOTAL: "ККТ: отрицательный итог",
    Code.PRICE_RANGE: "ККТ: цена вне диапазона",
    Code.QUANTITY_RANGE: "ККТ: количество вне диапазона",
    Code.DEPARTMENT_RANGE: "ККТ: номер отдела вне диапазона",
    Code.NO_PAPER: "ККТ: нет чековой ленты",
    Code.WRONG_SUBMODE: "ККТ: не в этом подрежиме",
    Code.WRONG_MODE: "ККТ: не в этом режиме",
    Code.READ_ONLY: "ККТ: поле не редактируется",
    Code.DATE_DIFFERS: "ККТ: дата не подтверждена",
    Code.BAD_DATE: "ККТ: неверная дата",
    Code.BAD_LENGTH: "ККТ: неверная длина команды",
    Code.CASH_OVERFLOW: "ККТ: переполнение наличных",
    Code.ZERO_TOTAL: "ККТ: итог чека равен нулю",
    Code.TOO_MANY_ITEMS: "ККТ: слишком много операций в чеке",
    Code.CONFIRM_DATE: "ККТ: подтвердите дату",
    Code.READ_ONLY_NOW: "ККТ: поле сейчас не редактируется",
}
"""Answers of 6Bh."""
