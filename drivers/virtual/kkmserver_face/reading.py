"""A command as it came: JSON whose keys may be in any case and whose numbers may be text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NoReturn

from drivers.virtual.kkmserver_face.failures import unreadable

MAX_TEXT = 20_000
"""Characters of one text; an image comes as text."""
_LIMIT = Decimal(10) ** 12
KOPECKS, THOUSANDTHS = 2, 3
"""Decimal places of money and of quantities."""

# fmt: off
KEYS = frozenset((
    # envelope
    "Command", "NumDevice", "KktNumber", "InnKkm", "TaxVariant", "IdDevice", "IdCommand",
    "Timeout", "CashierName", "CashierVATIN", "NotPrint", "KeySubLicensing",
    # check
    "IsFiscalCheck", "TypeCheck", "NumberCopies", "ClientAddress", "ClientInfo", "ClientINN",
    "SenderEmail", "AddressSettle", "PlaceMarket", "AdditionalAttribute", "UserAttribute",
    "CorrectionType", "CorrectionBaseDate", "CorrectionBaseNumber", "CorrectionBaseName",
    "Amount", "SumTaxNone", "SumTax0", "SumTax10", "SumTax20", "SumTax110", "SumTax120",
    "CheckStrings", "Cash", "ElectronicPayment", "AdvancePayment", "Credit", "CashProvision",
    "InternetMode", "PayByProcessing", "NumDeviceByProcessing", "ReceiptNumber",
    "PrintSlipAfterCheck", "PrintSlipForCashier", "RRNCode", "AuthorizationCode",
    # lines
    "PrintText", "PrintImage", "BarCode", "Register", "Text", "Font", "Intensity", "Image",
    "BarcodeType", "Barcode", "Name", "Value", "Quantity", "Price", "Department", "Tax",
    "SignMethodCalculation", "SignCalculationObject", "MeasureOfQuantity", "MeasurementUnit",
    "PackageQuantity", "GoodCodeData", "ContainsSerialNumber", "AcceptOnBad", "CountryOfOrigin",
    "CustomsDeclaration", "ExciseAmount", "AgentSign", "AgentData", "PayingAgentOperation",
    "PayingAgentPhone", "ReceivePaymentsOperatorPhone", "MoneyTransferOperatorPhone",
    "MoneyTransferOperatorName", "MoneyTransferOperatorAddress", "MoneyTransferOperatorVATIN",
    "PurveyorData", "PurveyorPhone", "PurveyorName", "PurveyorVATIN",
    # other commands
    "FiscalNumber", "IP", "Active", "OnOff", "OFD_Error", "OFD_DateErrorDoc", "FN_DateEnd",
    "FN_MemOverflowl", "FN_IsFiscal",
))
# fmt: on
"""Every key that a client of today needs, as the server spells it."""


def read_command(body: bytes) -> dict[str, Any]:
    """The JSON object of a request. Raises `Failure`."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise unreadable("это не JSON") from None
    if not isinstance(value, dict):
        raise unreadable("нужен один объект JSON")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


class Fields:
    """An object of the command. Reading what makes no sense raises `Failure`.

    null is the same as absent.
    """

    def __init__(self, values: Mapping[str, Any], *, strict: bool = False) -> None:
        self._strict = strict
        if strict and (unknown := [key for key in values if key not in KEYS]):
            raise unreadable(f"неизвестные ключи {', '.join(map(repr, unknown))}")
        self._values = {key.lower(): value for key, value in values.items()}

    def text(self, key: str) -> str:
        """Empty when absent."""
        value = self._values.get(key.lower())
        if value is None:
            return ""
        if isinstance(value, (dict, list)):
            raise unreadable(f"{key}: нужна строка")
        if not isinstance(value, str):
            value = str(value)
        if len(value) > MAX_TEXT:
            raise unreadable(f"{key}: слишком длинная строка")
        return value

    def flag(self, key: str) -> bool | None:
        """None when absent."""
        value = self._values.get(key.lower())
        if value is None or isinstance(value, bool):
            return value
        if not self._strict and str(value).lower() in ("true", "false", "1", "0"):
            return str(value).lower() in ("true", "1")
        raise unreadable(f"{key}: нужно true или false")

    def whole(self, key: str) -> int | None:
        """None when absent or an empty text."""
        value = self._number(key)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise unreadable(f"{key}: нужно целое число")
        return int(value)

    def kopecks(self, key: str) -> int | None:
        """An amount in roubles, as kopecks; None when absent."""
        value = self._rounded(key, KOPECKS)
        return None if value is None else int(value.scaleb(KOPECKS))

    def quantity(self, key: str) -> Decimal | None:
        return self._rounded(key, THOUSANDTHS)

    def day(self, key: str) -> date | None:
        """The day of an ISO date or time; None when absent or 0001-01-01."""
        text = self.text(key)
        if not text:
            return None
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            raise unreadable(f"{key}: нужна дата") from None
        return None if day == date.min else day

    def part(self, key: str) -> Fields | None:
        """An inner object; None when absent."""
        value = self._values.get(key.lower())
        if value is None:
            return None
        return self._inner(key, value)

    def parts(self, key: str) -> Iterator[Fields]:
        """The objects of a list; none when absent."""
        values = self._values.get(key.lower())
        if values is None:
            return
        if not isinstance(values, list):
            raise unreadable(f"{key}: нужен список")
        for value in values:
            yield self._inner(key, value)

    def _inner(self, key: str, value: Any) -> Fields:
        if not isinstance(value, dict):
            raise unreadable(f"{key}: нужен объект")
        return Fields(value, strict=self._strict)

    def _number(self, key: str) -> Decimal | None:
        value = self._values.get(key.lower())
        if value is None or (value == "" and not self._strict):
            return None
        if isinstance(value, str) and not self._strict:
            try:
                value = Decimal(value.strip())
            except InvalidOperation:
                raise unreadable(f"{key}: нужно число") from None
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise unreadable(f"{key}: нужно число")
        value = Decimal(value)
        if not value.is_finite() or not -_LIMIT < value < _LIMIT:
            raise unreadable(f"{key}: число вне диапазона")
        return value

    def _rounded(self, key: str, places: int) -> Decimal | None:
        value = self._number(key)
        if value is None:
            return None
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if self._strict and rounded != value:
            raise unreadable(f"{key}: больше {places} знаков после запятой")
        return rounded
