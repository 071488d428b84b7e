"""The tables of the standard platform: structure, defaults, and where each value lives.

A value is kept by the register under its table, row and field once somebody has written it;
before that it is the default. Fields of tables 18, 19 and 20 that the registration fixes are
read from it and cannot be written. Numbers follow the setup guide of the standard platform;
fields that it leaves out are `РЕЗЕРВ`. Sizes are believable where no source has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from drivers.ffd.enumerations import VatRate
from drivers.register import ShiftState
from drivers.virtual.core import VirtualRegister
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.layout import chars, text, u8, u16

Value: TypeAlias = "int | str"

MODE_TABLE = 1
CASHIERS = 2
CASHIER_ROWS = 30
TEXTS_TABLE = 4
PAYMENTS_TABLE = 5
TAXES = 6
REGIONAL = 17
FN_TABLE = 18
OFD_TABLE = 19
OFD_STATE = 20

ZERO_CASH = (MODE_TABLE, 1, 2)
HOST_COMPUTES_TAX = (MODE_TABLE, 1, 14)
NO_PRINT = (REGIONAL, 1, 7)
MINUTES_BEFORE_EXPIRY = (REGIONAL, 1, 8)
FFD_FIELD = 17
LAST_FOR_FD_ZERO = (REGIONAL, 1, 31)
EXTENDED_ANSWERS = (REGIONAL, 1, 36)
VAT_22 = (REGIONAL, 1, 71)
CASHIER_INN = (FN_TABLE, 1, 23)

RATE_OF_ROW: Mapping[int, VatRate] = {
    1: VatRate.VAT_20,
    2: VatRate.VAT_10,
    3: VatRate.VAT_0,
    4: VatRate.NO_VAT,
    5: VatRate.VAT_20_120,
    6: VatRate.VAT_10_110,
    7: VatRate.VAT_5,
    8: VatRate.VAT_7,
    9: VatRate.VAT_5_105,
    10: VatRate.VAT_7_107,
    11: VatRate.VAT_22,
    12: VatRate.VAT_22_122,
}
"""Rows of table 6."""

Live: TypeAlias = "Callable[[VirtualRegister], Value]"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table; `size` is in bytes."""

    name: str
    size: int = 1
    is_text: bool = False
    low: int = 0
    high: int | None = None
    default: Value | tuple[Value, ...] = 0
    """For every row, or one for each."""
    live: Live | None = None
    """Where the value comes from; such a field is read only."""
    fixed_rows: frozenset[int] = frozenset()
    """Rows that cannot be written."""
    only_in_closed_shift: bool = False

    @property
    def highest(self) -> int:
        return 256**self.size - 1 if self.high is None else self.high

    def default_of(self, row: int) -> Value:
        return self.default[row - 1] if isinstance(self.default, tuple) else self.default


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    rows: int
    fields: tuple[Field, ...]


_text = partial(Field, is_text=True, default="")


def _numbered(count: int, fields: Mapping[int, Field]) -> tuple[Field, ...]:
    reserve = Field("РЕЗЕРВ")
    return tuple(fields.get(number, reserve) for number in range(1, count + 1))


_ROW_NAMES = {28: "СТАРШИЙ КАССИР", 29: "АДМИНИСТРАТОР", 30: "СИСТ. АДМИНИСТРАТОР"}
_PAYMENT_NAMES = {
    1: "НАЛИЧНЫМИ",
    2: "БЕЗНАЛИЧНЫМИ",
    14: "АВАНСОМ",
    15: "В КРЕДИТ",
    16: "ИНОЙ ФОРМОЙ",
}
_RATES = tuple(RATE_OF_ROW[row] for row in sorted(RATE_OF_ROW))


def _percent_in_hundredths(rate: VatRate) -> int:
    return int(rate.percent * 100) if rate.percent else 0


TABLES: Mapping[int, Table] = {
    MODE_TABLE: Table(
        "ТИП И РЕЖИМ КАССЫ",
        1,
        _numbered(
            48,
            {
                1: Field("НОМЕР КАССЫ", high=99, default=1),
                2: Field("ОБНУЛЕНИЕ НАЛИЧНОСТИ", high=1),
                7: Field("ОТРЕЗКА", high=2, default=2),
                14: Field("ИСЧИСЛЕНИЕ НАЛОГОВ", high=1),
                16: Field("ПЕЧАТЬ НАЛОГОВ", high=3),
                19: Field("БУФЕР СТРОК", high=1),
                20: Field("ПЕЧАТЬ ПРИ ЗАКРЫТИИ", high=1),
                23: Field("ЗАПРЕТ НУЛЕВОГО ЧЕКА", high=1),
                27: Field("КОНТРОЛЬ ЧАСОВ", high=1),
                39: Field("ЗАГОЛОВОК", high=1, default=1),
                41: Field("QR-КОД", high=1, default=1),
            },
        ),
    ),
    CASHIERS: Table(
        "ПАРОЛИ КАССИРОВ И АДМИНИСТРАТОРОВ",
        CASHIER_ROWS,
        (
            Field("ПАРОЛЬ", 4, high=99_999_999, default=tuple(range(1, CASHIER_ROWS + 1))),
            _text(
                "ИМЯ",
                64,
                default=tuple(
                    _ROW_NAMES.get(row, f"КАССИР {row}") for row in range(1, CASHIER_ROWS + 1)
                ),
            ),
        ),
    ),
    TEXTS_TABLE: Table("ТЕКСТ В ЧЕКЕ", 14, (_text("СТРОКА", 64),)),
    PAYMENTS_TABLE: Table(
        "НАИМЕНОВАНИЯ ТИПОВ ОПЛАТЫ",
        16,
        (
            _text(
                "ТИП ОПЛАТЫ",
                32,
                default=tuple(_PAYMENT_NAMES.get(row, f"ТИП ОПЛАТЫ {row}") for row in range(1, 17)),
                fixed_rows=frozenset({1}),
            ),
        ),
    ),
    TAXES: Table(
        "НАЛОГОВЫЕ СТАВКИ",
        len(_RATES),
        (
            Field(
                "СТАВКА",
                2,
                high=10_000,
                default=tuple(map(_percent_in_hundredths, _RATES)),
                only_in_closed_shift=True,
            ),
            _text(
                "НАЗВАНИЕ",
                64,
                default=tuple(rate.name_ru.upper() for rate in _RATES),
                only_in_closed_shift=True,
            ),
        ),
    ),
    7: Table(
        "НАЗВАНИЯ ОТДЕЛОВ",
        16,
        (_text("НАЗВАНИЕ", 64, default=tuple(f"ОТДЕЛ {row}" for row in range(1, 17))),),
    ),
    REGIONAL: Table(
        "РЕГИОНАЛЬНЫЕ НАСТРОЙКИ",
        1,
        _numbered(
            71,
            {
                3: Field("СКИДКИ И НАДБАВКИ", high=1),
                7: Field("НЕ ПЕЧАТАТЬ ДОКУМЕНТ", high=3),
                8: Field("МИНУТ ДО 24 ЧАСОВ", high=60, default=1),
                11: Field("ПРОВЕРКА ИНН", high=1, default=1),
                12: Field("ПЕЧАТЬ РЕКВИЗИТОВ", high=31),
                FFD_FIELD: Field(
                    "ФОРМАТ ФД", high=4, live=lambda r: r.registration.ffd_version.code
                ),
                25: Field("АВТОПЕЧАТЬ ТЕГОВ", high=1, default=1),
                31: Field("ПОСЛЕДНИЙ ДЛЯ ФД 0", high=1),
                33: Field("ОБНУЛЕНИЕ СЧЕТЧИКОВ", high=1),
                35: Field("СТРОГАЯ ПРОВЕРКА", high=1),
                36: Field("РАСШИРЕННЫЕ ОТВЕТЫ", high=1, default=1),
                71: Field("НДС 22%", low=1, high=2, default=2),
            },
        ),
    ),
    FN_TABLE: Table(
        "ФИСКАЛЬНЫЙ НАКОПИТЕЛЬ",
        1,
        (
            _text("ЗАВОДСКОЙ НОМЕР", 20, live=lambda r: r.registration.serial_number),
            _text("ИНН", 12, live=lambda r: r.registration.owner_inn),
            _text("РНМ", 20, live=lambda r: r.registration.registration_number),
            _text("НОМЕР ФН", 16, live=lambda r: r.registration.fiscal_drive_number),
            Field("СИСТЕМЫ НАЛОГООБЛОЖЕНИЯ", live=lambda r: sum(r.registration.tax_systems)),
            Field("РЕЖИМ РАБОТЫ", live=lambda r: 0),
            _text("ПОЛЬЗОВАТЕЛЬ", 64, live=lambda r: r.registration.owner_name[:64]),
            _text("ОПЕРАТОР", 64, live=lambda r: ""),
            _text("АДРЕС", 64, live=lambda r: r.registration.settlement_address[:64]),
            _text("НАИМЕНОВАНИЕ ОФД", 64, live=lambda r: r.registration.ofd_name[:64]),
            _text("URL ОФД", 64, live=lambda r: ""),
            _text("ИНН ОФД", 12, live=lambda r: r.registration.ofd_inn),
            _text("САЙТ ФНС", 64, live=lambda r: "nalog.gov.ru"),
            _text("МЕСТО РАСЧЕТОВ", 64, live=lambda r: r.registration.settlement_place[:64]),
            _text("EMAIL ОТПРАВИТЕЛЯ", 64, live=lambda r: r.registration.sender_email),
            Field("ПРИЗНАК АГЕНТА", live=lambda r: 0),
            _text("ПОЛЬЗОВАТЕЛЬ 2", 64, live=lambda r: r.registration.owner_name[64:128]),
            _text("АДРЕС 2", 64, live=lambda r: r.registration.settlement_address[64:128]),
            _text("НАИМЕНОВАНИЕ ОФД 2", 64, live=lambda r: r.registration.ofd_name[64:128]),
            _text("МЕСТО РАСЧЕТОВ 2", 64, live=lambda r: r.registration.settlement_place[64:128]),
            Field("РАСШИРЕННЫЙ РЕЖИМ", live=lambda r: 0),
            Field("КОД ПРИЧИНЫ", live=lambda r: 0),
            _text("ИНН КАССИРА", 12),
        ),
    ),
    OFD_TABLE: Table(
        "ПАРАМЕТРЫ ОФД",
        1,
        (
            _text("СЕРВЕР", 64, default="127.0.0.1"),
            Field("ПОРТ", 2, default=7777),
            Field("ТАЙМАУТ ОТВЕТА", 2, default=300),
        ),
    ),
    OFD_STATE: Table(
        "СОСТОЯНИЕ ОБМЕНА",
        1,
        (
            Field("ЖДУТ ОТПРАВКИ", 4, live=lambda r: r.ofd.unsent_count),
            Field("ПЕРВЫЙ ИЗ НИХ", 4, live=lambda r: r.ofd.first_unsent_document or 0),
        ),
    ),
    21: Table(
        "СЕТЕВЫЕ ИНТЕРФЕЙСЫ",
        1,
        (
            Field("PPP", high=2),
            Field("WI-FI", high=1),
            Field("TCP-СЕРВЕР", high=1, default=1),
            Field("ПОРТ TCP-СЕРВЕРА", 2, default=7778),
        ),
    ),
}


class Tables:
    """The values of the tables of one register."""

    def __init__(self, register: VirtualRegister) -> None:
        self._register = register
        self._kept: dict[str, str | None] = {}

    def table(self, number: int) -> Table:
        """Raises `Failure` when there is none."""
        table = TABLES.get(number)
        if table is None:
            raise Failure(Code.NO_SUCH_TABLE)
        return table

    def field(self, table: int, row: int, field: int) -> Field:
        """Raises `Failure` when there is no such table, row or field."""
        definition = self.table(table)
        if not (1 <= row <= definition.rows and 1 <= field <= len(definition.fields)):
            raise Failure(Code.BAD_PARAMETERS)
        return definition.fields[field - 1]

    def text(self, table: int, row: int, field: int) -> str:
        return str(self._value(table, row, field))

    def number(self, address: tuple[int, int, int]) -> int:
        return int(self._value(*address))

    def _value(self, table: int, row: int, field: int) -> Value:
        definition = self.field(table, row, field)
        if definition.live is not None:
            return definition.live(self._register)
        key = _key(table, row, field)
        if key not in self._kept:
            self._kept[key] = self._register.setting(key)
        kept = self._kept[key]
        return definition.default_of(row) if kept is None else kept

    def read(self, table: int, row: int, field: int) -> bytes:
        """The value as it goes over the wire; text is filled with zeros."""
        definition = self.field(table, row, field)
        if definition.is_text:
            return chars(self.text(table, row, field), definition.size)
        return self.number((table, row, field)).to_bytes(definition.size, "little")

    def write(self, table: int, row: int, field: int, data: bytes) -> None:
        """Keep a value that came over the wire; text may be shorter than the field."""
        definition = self.field(table, row, field)
        if definition.live is not None or row in definition.fixed_rows:
            raise Failure(Code.READ_ONLY)
        if definition.only_in_closed_shift and self._register.shift.state is not ShiftState.CLOSED:
            raise Failure(Code.READ_ONLY_NOW)
        self.set((table, row, field), _decode(definition, data))

    def set(self, address: tuple[int, int, int], value: Value) -> None:
        self._register.set_setting(_key(*address), str(value))
        self._kept[_key(*address)] = str(value)

    def set_defaults(self) -> None:
        """All values as they left the factory (24h); passwords and names too."""
        for number, table in TABLES.items():
            for row in range(1, table.rows + 1):
                for field, definition in enumerate(table.fields, 1):
                    if self._register.setting(_key(number, row, field)) is not None:
                        self.set((number, row, field), definition.default_of(row))

    def row_of_password(self, password: int) -> int:
        """The operator, 1..30. Raises `Failure` when nobody has the password."""
        for row in range(1, CASHIER_ROWS + 1):
            if self.number((CASHIERS, row, 1)) == password:
                return row
        raise Failure(Code.WRONG_PASSWORD)


def structure_of_table(table: Table) -> bytes:
    """The answer of 2Dh."""
    return chars(table.name, 40) + u16(table.rows) + u8(len(table.fields))


def structure_of_field(field: Field) -> bytes:
    """The answer of 2Eh; a text field ends after its size."""
    structure = chars(field.name, 40) + u8(field.is_text) + u8(field.size)
    if field.is_text:
        return structure
    return (
        structure
        + field.low.to_bytes(field.size, "little")
        + field.highest.to_bytes(field.size, "little")
    )


def _decode(field: Field, data: bytes) -> Value:
    if field.is_text:
        if len(data) > field.size:
            raise Failure(Code.BAD_LENGTH)
        return text(data)
    if len(data) != field.size:
        raise Failure(Code.BAD_LENGTH)
    value = int.from_bytes(data, "little")
    if not field.low <= value <= field.highest:
        raise Failure(Code.BAD_PARAMETERS)
    return value


def _key(table: int, row: int, field: int) -> str:
    return f"shtrih.table.{table}.{row}.{field}"
