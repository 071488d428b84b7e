"""The code lists of the fiscal document formats, with their official names.

Every member carries the Russian name of the order, an English one, and the abbreviation
that is printed on paper (empty where the order prints nothing).
Source: order ED-7-20/662@ with the changes of 2025, tables of tags 1054, 1055, 1173, 1199,
1212, 1214, 1222 and 2108.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import STRICT, Enum, IntEnum, IntFlag
from fractions import Fraction
from typing import Self


class FfdVersion(Enum):
    """Fiscal document format version; `code` is the value of tag 1209."""

    V1_05 = (2, "1.05")
    V1_1 = (3, "1.1")
    V1_2 = (4, "1.2")

    code: int
    label: str

    def __init__(self, code: int, label: str) -> None:
        self.code = code
        self.label = label

    @classmethod
    def from_code(cls, code: int) -> FfdVersion:
        """The version of a 1209 value. Raises `ValueError` for 1.0 and unknown ones."""
        for version in cls:
            if version.code == code:
                return version
        raise ValueError(f"unknown fiscal document format version {code}")


class _NamedCode(IntEnum):
    """A one-byte code with its names."""

    name_ru: str
    name_en: str
    printed: str

    def __new__(cls, value: int, name_ru: str, name_en: str, printed: str = "") -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.name_ru = name_ru
        member.name_en = name_en
        member.printed = printed
        return member

    @classmethod
    def from_code(cls, code: int) -> Self:
        """The member of a code as it stands in a document. Raises `ValueError`."""
        for member in cls:
            if member == code:
                return member
        raise ValueError(f"{code} is no {cls.__name__}")


class DocumentForm(_NamedCode):
    """Form code of a fiscal document: the tag of its outer STLV."""

    REGISTRATION = 1, "отчет о регистрации", "registration report", "Отчет о рег."
    SHIFT_OPENING = 2, "отчет об открытии смены", "shift opening report", "Отчет об откр. см."
    RECEIPT = 3, "кассовый чек", "receipt", "Кассовый чек"
    BSO = 4, "бланк строгой отчетности", "strict reporting form", "БСО"
    SHIFT_CLOSING = 5, "отчет о закрытии смены", "shift closing report", "Отч. о закр. см."
    FN_CLOSING = 6, "отчет о закрытии ФН", "FN closing report", "Отч. о закр. ФН"
    OFD_CONFIRMATION = 7, "подтверждение оператора", "operator confirmation", "Подтверждение"
    REREGISTRATION = (
        11,
        "отчет об изменении параметров регистрации",
        "re-registration report",
        "Отчет о перерег.",
    )
    STATE_REPORT = (
        21,
        "отчет о текущем состоянии расчетов",
        "state of settlements report",
        "Отчет о расч.",
    )
    CORRECTION_RECEIPT = 31, "кассовый чек коррекции", "correction receipt", "Чек коррекции"
    CORRECTION_BSO = 41, "БСО коррекции", "strict reporting form of correction", "БСО коррекции"


class CalculationSign(_NamedCode):
    """Tag 1054, the direction of the money; the same value stands in the QR's `n`."""

    SALE = 1, "приход", "sale", "ПРИХОД"
    SALE_RETURN = 2, "возврат прихода", "sale return", "ВОЗВРАТ ПРИХОДА"
    EXPENSE = 3, "расход", "expense", "РАСХОД"
    EXPENSE_RETURN = 4, "возврат расхода", "expense return", "ВОЗВРАТ РАСХОДА"

    @property
    def takes_money_in(self) -> bool:
        """True where the seller receives the money."""
        return self in (CalculationSign.SALE, CalculationSign.EXPENSE_RETURN)

    @property
    def opposite(self) -> CalculationSign:
        """What takes a document of this sign back."""
        is_return = self in (CalculationSign.SALE_RETURN, CalculationSign.EXPENSE_RETURN)
        return CalculationSign.from_code(self - 1 if is_return else self + 1)


class TaxSystem(_NamedCode):
    """Tag 1055: exactly one bit, and one of those in the registration (1062)."""

    GENERAL = 1, "общая", "general", "ОСН"
    SIMPLIFIED_INCOME = 2, "упрощенная (доход)", "simplified, income", "УСН доход"
    SIMPLIFIED_INCOME_MINUS_EXPENSES = (
        4,
        "упрощенная (доход минус расход)",
        "simplified, income minus expenses",
        "УСН доход-расход",
    )
    IMPUTED_INCOME = 8, "единый налог на вмененный доход", "imputed income (abolished 2021)", "ЕНВД"
    AGRICULTURAL = 16, "единый сельскохозяйственный налог", "agricultural", "ЕСХН"
    PATENT = 32, "патентная", "patent", "Патент"


class VatRate(_NamedCode):
    """Tag 1199: all twelve rates with the dates of ordinary use.

    `valid_from` and `valid_until` (inclusive) bound documents of new settlements. Outside
    them a rate may stand only in a document that refers to an earlier one: a return, a
    correction, the tail of a credit (letter AB-4-20/11248@ of 15.12.2025).
    Sources: order 662@, order 1050@ of 08.12.2025 (codes 11, 12), laws 303-FZ of 2018,
    176-FZ of 2024, 425-FZ of 2025.
    """

    percent: Decimal | None
    """Rate in percent; None where there is no VAT at all."""
    calculated: bool
    """True for rates written r/(100+r), used for advances and prepayments."""
    total_tag: int | None
    """Flat tag of the receipt's total for this rate; None: inside 1115."""
    valid_from: date | None
    valid_until: date | None

    def __new__(
        cls,
        value: int,
        name_ru: str,
        name_en: str,
        printed: str = "",
        percent: str | None = None,
        calculated: bool = False,
        total_tag: int | None = None,
        valid_from: date | None = None,
        valid_until: date | None = None,
    ) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.name_ru = name_ru
        member.name_en = name_en
        member.printed = printed
        member.percent = None if percent is None else Decimal(percent)
        member.calculated = calculated
        member.total_tag = total_tag
        member.valid_from = valid_from
        member.valid_until = valid_until
        return member

    # fmt: off
    VAT_20 = (1, "НДС 20%", "VAT 20 %", "НДС 20%", "20", False, 1102, date(2019, 1, 1), date(2025, 12, 31))
    VAT_10 = (2, "НДС 10%", "VAT 10 %", "НДС 10%", "10", False, 1103)
    VAT_20_120 = (3, "НДС 20/120", "VAT 20/120", "НДС 20/120", "20", True, 1106, date(2019, 1, 1), date(2025, 12, 31))
    VAT_10_110 = (4, "НДС 10/110", "VAT 10/110", "НДС 10/110", "10", True, 1107)
    VAT_0 = (5, "НДС 0%", "VAT 0 %", "НДС 0%", "0", False, 1104)
    NO_VAT = (6, "НДС не облагается", "no VAT", "", None, False, 1105)
    VAT_5 = (7, "НДС 5%", "VAT 5 %", "НДС 5%", "5", False, None, date(2025, 1, 1))
    VAT_7 = (8, "НДС 7%", "VAT 7 %", "НДС 7%", "7", False, None, date(2025, 1, 1))
    VAT_5_105 = (9, "НДС 5/105", "VAT 5/105", "НДС 5/105", "5", True, None, date(2025, 1, 1))
    VAT_7_107 = (10, "НДС 7/107", "VAT 7/107", "НДС 7/107", "7", True, None, date(2025, 1, 1))
    VAT_22 = (11, "НДС 22%", "VAT 22 %", "НДС 22%", "22", False, None, date(2026, 1, 1))
    VAT_22_122 = (12, "НДС 22/122", "VAT 22/122", "НДС 22/122", "22", True, None, date(2026, 1, 1))
    # fmt: on

    @property
    def share(self) -> Fraction:
        """The part of a sum with VAT that is VAT: r/(100+r); 0 for 0 % and no VAT."""
        if not self.percent:
            return Fraction(0)
        rate = Fraction(self.percent)
        return rate / (100 + rate)

    def is_valid_on(self, day: date) -> bool:
        """True when a document of a new settlement may use the rate on that day."""
        return (self.valid_from is None or day >= self.valid_from) and (
            self.valid_until is None or day <= self.valid_until
        )


class PaymentMethod(_NamedCode):
    """Tag 1214, how far the item is paid and delivered."""

    FULL_PREPAYMENT = 1, "предоплата 100%", "full prepayment", "ПРЕДОПЛАТА 100%"
    PREPAYMENT = 2, "предоплата", "part prepayment", "ПРЕДОПЛАТА"
    ADVANCE = 3, "аванс", "advance", "АВАНС"
    FULL_PAYMENT = 4, "полный расчет", "full payment", "ПОЛНЫЙ РАСЧЕТ"
    PARTIAL_PAYMENT_AND_CREDIT = (
        5,
        "частичный расчет и кредит",
        "partial payment and credit",
        "ЧАСТИЧНЫЙ РАСЧЕТ И КРЕДИТ",
    )
    CREDIT = 6, "передача в кредит", "handed over on credit", "ПЕРЕДАЧА В КРЕДИТ"
    CREDIT_PAYMENT = 7, "оплата кредита", "credit payment", "ОПЛАТА КРЕДИТА"


class PaymentSubject(_NamedCode):
    """Tag 1212, what is paid for. 30-33 exist in FFD 1.2 only."""

    GOODS = 1, "товар", "goods", "Т"
    EXCISE_GOODS = 2, "подакцизный товар", "excise goods", "АТ"
    WORK = 3, "работа", "work", "Р"
    SERVICE = 4, "услуга", "service", "У"
    GAMBLING_BET = 5, "ставка азартной игры", "gambling bet", "СА"
    GAMBLING_WIN = 6, "выигрыш азартной игры", "gambling win", "ВА"
    LOTTERY_TICKET = 7, "лотерейный билет", "lottery ticket", "СЛ"
    LOTTERY_WIN = 8, "выигрыш лотереи", "lottery win", "ВЛ"
    INTELLECTUAL_PROPERTY = (
        9,
        "предоставление результатов интеллектуальной деятельности",
        "intellectual property",
        "РИД",
    )
    PAYMENT = 10, "платеж", "payment", "П"
    AGENT_FEE = 11, "агентское вознаграждение", "agent's fee", "АВ"
    PAYOUT = 12, "выплата", "payout", "В"
    OTHER = 13, "иной предмет расчета", "other", "ИПР"
    PROPERTY_RIGHT = 14, "имущественное право", "property right"
    NON_OPERATING_INCOME = 15, "внереализационный доход", "non-operating income"
    OTHER_PAYMENTS = 16, "иные платежи и взносы", "other payments and contributions"
    TRADE_LEVY = 17, "торговый сбор", "trade levy"
    TOURIST_TAX = 18, "туристический налог", "tourist tax"
    PLEDGE = 19, "залог", "pledge", "ЗАЛОГ"
    EXPENSE = 20, "расход", "expense", "РАСХОД"
    PENSION_CONTRIBUTION_IP = 21, "взносы на ОПС ИП", "pension contributions, entrepreneur"
    PENSION_CONTRIBUTION = 22, "взносы на ОПС", "pension contributions"
    MEDICAL_CONTRIBUTION_IP = 23, "взносы на ОМС ИП", "medical contributions, entrepreneur"
    MEDICAL_CONTRIBUTION = 24, "взносы на ОМС", "medical contributions"
    SOCIAL_CONTRIBUTION = 25, "взносы на ОСС", "social contributions"
    CASINO_PAYMENT = 26, "платеж казино", "casino payment"
    CASH_PAYOUT = 27, "выдача денежных средств", "cash given out by a bank agent"
    EXCISE_GOODS_UNMARKED = (
        30,
        "подакцизный товар, подлежащий маркировке, не имеющий кода маркировки",
        "excise goods to be marked, without a code",
        "АТНМ",
    )
    EXCISE_GOODS_MARKED = (
        31,
        "подакцизный товар, подлежащий маркировке, имеющий код маркировки",
        "excise goods with a marking code",
        "АТМ",
    )
    GOODS_UNMARKED = (
        32,
        "товар, подлежащий маркировке, не имеющий кода маркировки",
        "goods to be marked, without a code",
        "ТНМ",
    )
    GOODS_MARKED = (
        33,
        "товар, подлежащий маркировке, имеющий код маркировки",
        "goods with a marking code",
        "ТМ",
    )


class QuantityMeasure(_NamedCode):
    """Tag 2108 (FFD 1.2), the unit of the quantity."""

    PIECE = 0, "шт. или ед.", "piece"
    GRAM = 10, "г", "gram", "г"
    KILOGRAM = 11, "кг", "kilogram", "кг"
    TONNE = 12, "т", "tonne", "т"
    CENTIMETRE = 20, "см", "centimetre", "см"
    DECIMETRE = 21, "дм", "decimetre", "дм"
    METRE = 22, "м", "metre", "м"
    SQUARE_CENTIMETRE = 30, "кв. см", "square centimetre", "кв. см"
    SQUARE_DECIMETRE = 31, "кв. дм", "square decimetre", "кв. дм"
    SQUARE_METRE = 32, "кв. м", "square metre", "кв. м"
    MILLILITRE = 40, "мл", "millilitre", "мл"
    LITRE = 41, "л", "litre", "л"
    CUBIC_METRE = 42, "куб. м", "cubic metre", "куб. м"
    KILOWATT_HOUR = 50, "кВт·ч", "kilowatt-hour", "кВт·ч"
    GIGACALORIE = 51, "Гкал", "gigacalorie", "Гкал"
    DAY = 70, "сутки", "day", "сутки"
    HOUR = 71, "час", "hour", "час"
    MINUTE = 72, "мин", "minute", "мин"
    SECOND = 73, "с", "second", "с"
    KILOBYTE = 80, "Кбайт", "kilobyte", "Кбайт"
    MEGABYTE = 81, "Мбайт", "megabyte", "Мбайт"
    GIGABYTE = 82, "Гбайт", "gigabyte", "Гбайт"
    TERABYTE = 83, "Тбайт", "terabyte", "Тбайт"
    OTHER = 255, "иная мера", "other"


class CorrectionType(_NamedCode):
    """Tag 1173."""

    OWN_INITIATIVE = 0, "самостоятельно", "own initiative", "САМОСТОЯТЕЛЬНО"
    BY_ORDER = 1, "по предписанию", "by order of the tax authority", "ПО ПРЕДПИСАНИЮ"


class AgentFlag(IntFlag, boundary=STRICT):
    """Tags 1222 (item) and 1057 (receipt): bits, several may be set in 1057.

    A value with bit 7 is a `ValueError`.
    """

    BANK_PAYMENT_AGENT = 1
    BANK_PAYMENT_SUBAGENT = 2
    PAYMENT_AGENT = 4
    PAYMENT_SUBAGENT = 8
    ATTORNEY = 16
    COMMISSION_AGENT = 32
    OTHER_AGENT = 64

    @property
    def printed(self) -> tuple[str, ...]:
        """The printed words of the bits that are set, lowest bit first."""
        return tuple(_AGENT_PRINTED[flag] for flag in AgentFlag if flag in self)

    @property
    def name_ru(self) -> str:
        return ", ".join(_AGENT_NAMES[flag][0] for flag in AgentFlag if flag in self)

    @property
    def name_en(self) -> str:
        return ", ".join(_AGENT_NAMES[flag][1] for flag in AgentFlag if flag in self)


_AGENT_PRINTED = {
    AgentFlag.BANK_PAYMENT_AGENT: "БАНК. ПЛ. АГЕНТ",
    AgentFlag.BANK_PAYMENT_SUBAGENT: "БАНК. ПЛ. СУБАГЕНТ",
    AgentFlag.PAYMENT_AGENT: "ПЛ. АГЕНТ",
    AgentFlag.PAYMENT_SUBAGENT: "ПЛ. СУБАГЕНТ",
    AgentFlag.ATTORNEY: "ПОВЕРЕННЫЙ",
    AgentFlag.COMMISSION_AGENT: "КОМИССИОНЕР",
    AgentFlag.OTHER_AGENT: "АГЕНТ",
}

_AGENT_NAMES = {
    AgentFlag.BANK_PAYMENT_AGENT: ("банковский платежный агент", "bank payment agent"),
    AgentFlag.BANK_PAYMENT_SUBAGENT: ("банковский платежный субагент", "bank payment subagent"),
    AgentFlag.PAYMENT_AGENT: ("платежный агент", "payment agent"),
    AgentFlag.PAYMENT_SUBAGENT: ("платежный субагент", "payment subagent"),
    AgentFlag.ATTORNEY: ("поверенный", "attorney"),
    AgentFlag.COMMISSION_AGENT: ("комиссионер", "commission agent"),
    AgentFlag.OTHER_AGENT: ("иной агент", "other agent"),
}
