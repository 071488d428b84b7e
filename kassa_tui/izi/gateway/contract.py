"""The 24 calls of the contract (D.4): method and path, and what of a call travels where.

The typed method of `Crm` is the source. Its parameters say where they travel:

============  ==========================================================
`key`         header `Idempotency-Key`
`version`     header `If-Match`, as `"<version>"`
`paging`      `limit`, `cursor` and `order` of the query
`by, value`   one member of the query: `<by>=<value>`
a resource    the body, JSON
named in the  a segment of it, percent-encoded; with a dot: a member of the
path          body, which the path repeats
the others    the query, left out when None
============  ==========================================================

What the method returns is the body of the answer; of a `Written` the rest is told by the
status (201: created) and by the header `Idempotency-Replayed`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_args, get_origin, overload
from typing import get_type_hints as hints_of
from urllib.parse import parse_qsl, quote, urlencode
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from kassa_tui.izi.errors import (
    Fault,
    IdempotencyKeyMissing,
    InvalidRequest,
    NotFound,
    PreconditionRequired,
    ReceiptInconsistent,
    invalid,
)
from kassa_tui.izi.models.page import Order, Page, Paging, Written
from kassa_tui.izi.port import Crm, LookUpBy
from kassa_tui.izi.values import OpenEnum, Time, Wire

BASE = "/v1"
MAX_BODY = 256 << 10
"""No request is larger, bytes."""
KEY = "idempotency-key"
MATCH = "if-match"
REPLAYED = "idempotency-replayed"
REQUEST_ID = "x-request-id"

ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
"""What may stand in a path. No telephone, no address of a person can."""
_FIELD = re.compile(r"\{([a-z_.]+)\}")
_VERSION = re.compile(r'"([0-9]{1,15})"')
_LIMIT = re.compile(r"[0-9]{1,3}")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it travels."""

    method: str
    target: str
    """Path and query, encoded."""
    headers: dict[str, str]
    body: bytes | None


class Call(Generic[P, R]):
    """One call; as an attribute of a `Contract`, the typed method that makes it.

    Attributes:
        name: Of the method of `Crm`.
        template: The path, `{…}` in place of what a caller gives.
    """

    def __init__(
        self,
        asked: Callable[Concatenate[Crm, P], Coroutine[Any, Any, R]],
        method: str,
        template: str,
    ) -> None:
        self.name = asked.__name__
        self.method = method
        self.template = BASE + template
        self._asked = asked

    @overload
    def __get__(self, contract: None, owner: type) -> Call[P, R]: ...

    @overload
    def __get__(self, contract: Contract, owner: type) -> Callable[P, Coroutine[Any, Any, R]]: ...

    def __get__(self, contract: Contract | None, owner: type) -> Any:
        if contract is None:
            return self

        def make(*args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
            given = self._signature.bind(contract, *args, **kwargs)
            given.apply_defaults()
            _, *arguments = given.arguments.items()
            return contract.carry_out(self, dict(arguments))

        return make

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self._asked)

    @property
    def says(self) -> str:
        """What the method says of itself."""
        return inspect.getdoc(self._asked) or ""

    def default(self, parameter: str) -> Any:
        """What a caller means who does not give the parameter."""
        return self._signature.parameters[parameter].default

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Type of each parameter."""
        hints = hints_of(self._asked, include_extras=True)
        return {name: hints[name] for name in list(self._signature.parameters)[1:]}

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """What stands in the path."""
        return tuple(_FIELD.findall(self.template))

    @cached_property
    def body(self) -> str | None:
        """The parameter that is the body."""
        for name, kind in self.parameters.items():
            if inspect.isclass(kind) and issubclass(kind, Wire) and kind is not Paging:
                return name
        return None

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Type of each parameter that travels in the query under its own name."""
        elsewhere = {*self.fields, self.body, "key", "version", "paging", "by", "value"}
        return {
            name: Time | None if kind == datetime | None else kind
            for name, kind in self.parameters.items()
            if name not in elsewhere
        }

    @property
    def is_written(self) -> bool:
        """Is the answer a `Written`?"""
        return get_origin(self._returned) is Written

    @property
    def is_page(self) -> bool:
        """Does the call give a page of a list?"""
        return issubclass(self.answer, Page)

    @cached_property
    def answer(self) -> type[Wire]:
        """What the body of a good answer is."""
        kind: type[Wire] = get_args(self._returned)[0] if self.is_written else self._returned
        return kind

    @cached_property
    def _returned(self) -> Any:
        return hints_of(self._asked, include_extras=True)["return"]

    def request(self, arguments: Mapping[str, Any]) -> Request:
        """Write the call down. Raises `NotFound`: a path's id that can be none."""

        def segment(field: re.Match[str]) -> str:
            name, _, member = field[1].partition(".")
            value = getattr(arguments[name], member) if member else arguments[name]
            if ID.fullmatch(value) is None:
                raise NotFound("no id of the contract")
            return quote(value, safe=":")

        path = _FIELD.sub(segment, self.template)
        query = [(name, arguments[name]) for name in self.filters]
        if "by" in self.parameters:
            query.append((arguments["by"], arguments["value"]))
        if "paging" in self.parameters:
            query += arguments["paging"]
        told = [(_text(name), _text(value)) for name, value in query if value is not None]
        headers = {"accept": "application/json, application/problem+json"}
        if "key" in self.parameters:
            headers[KEY] = str(arguments["key"])
        if "version" in self.parameters:
            headers[MATCH] = f'"{arguments["version"]}"'
        body = None
        if self.body is not None:
            headers["content-type"] = "application/json"
            body = arguments[self.body].model_dump_json().encode()
            if len(body) > MAX_BODY:
                raise InvalidRequest(f"the body is larger than {MAX_BODY} bytes")
        return Request(self.method, f"{path}?{urlencode(told)}" if told else path, headers, body)

    def arguments(
        self, path: Mapping[str, str], query: str, headers: Mapping[str, str], body: bytes
    ) -> dict[str, Any]:
        """Read a call that has come: the opposite of `request`.

        Raises `InvalidRequest`, `ValidationFailed`, `IdempotencyKeyMissing`,
        `PreconditionRequired`, `ReceiptInconsistent`.
        """
        read: dict[str, Any] = {name: path[name] for name in self.fields if "." not in name}
        if self.body is not None:
            read[self.body] = self._read_body(path, headers, body)
        asked = _members(query)
        for name, kind in self.filters.items():
            if name in asked:
                read[name] = _read_filter(name, kind, asked[name])
        if "by" in self.parameters:
            found = [one for one in LookUpBy if one in asked]
            if len(found) != 1:
                raise InvalidRequest(f"exactly one of {', '.join(LookUpBy)}")
            read |= {"by": found[0], "value": asked[found[0]]}
        if "paging" in self.parameters:
            read["paging"] = self._read_paging(asked)
        if "key" in self.parameters:
            read["key"] = _read_key(headers.get(KEY))
        if "version" in self.parameters:
            read["version"] = _read_version(headers.get(MATCH))
        return read

    def _read_body(self, path: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Wire:
        assert self.body is not None
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise InvalidRequest("the body is application/json")
        try:
            value: Wire = self.parameters[self.body].model_validate_json(body)
        except ValidationError as error:
            if error.errors(include_input=False)[0]["type"] == "json_invalid":
                raise InvalidRequest("the body is no JSON") from error
            raise invalid(error) from error
        for field in self.fields:
            _, _, member = field.partition(".")
            if member and path[field] != getattr(value, member):
                raise ReceiptInconsistent(
                    [Fault(f"#/{member}", "mismatch", "the path tells of another")]
                )
        return value

    def _read_paging(self, asked: Mapping[str, str]) -> Paging:
        default: Paging = self.default("paging")
        limit, order = asked.get("limit"), asked.get("order", default.order)
        if limit is not None and _LIMIT.fullmatch(limit) is None:
            raise InvalidRequest("limit: a whole number")
        try:
            return Paging(
                limit=default.limit if limit is None else int(limit),
                cursor=asked.get("cursor"),
                order=Order(order),
            )
        except ValueError as error:
            raise InvalidRequest("limit from 1 to 200, order asc or desc") from error


class Contract:
    """The calls; a subclass carries them out, and is a `Crm` by that."""

    async def carry_out(self, call: Call[Any, R], arguments: dict[str, Any]) -> R:
        """Make a call. Raises `CrmError`.

        Args:
            arguments: Of the method of `Crm`, each by its name, defaults included.
        """
        raise NotImplementedError

    capabilities = Call(Crm.capabilities, "GET", "/capabilities")
    me = Call(Crm.me, "GET", "/me")
    fiscal_settings = Call(Crm.fiscal_settings, "GET", "/clubs/{club_id}/fiscal-settings")
    shifts = Call(Crm.shifts, "GET", "/clubs/{club_id}/shifts")
    current_shift = Call(Crm.current_shift, "GET", "/clubs/{club_id}/shifts/current")
    open_shift = Call(Crm.open_shift, "POST", "/clubs/{club_id}/shifts")
    shift = Call(Crm.shift, "GET", "/shifts/{shift_id}")
    close_shift = Call(Crm.close_shift, "POST", "/shifts/{shift_id}/close")
    set_fiscal_mode = Call(Crm.set_fiscal_mode, "PUT", "/shifts/{shift_id}/fiscal-mode")
    post_transaction = Call(Crm.post_transaction, "POST", "/shifts/{shift_id}/transactions")
    shift_transactions = Call(Crm.shift_transactions, "GET", "/shifts/{shift_id}/transactions")
    find_transactions = Call(Crm.find_transactions, "GET", "/clubs/{club_id}/transactions")
    transaction = Call(Crm.transaction, "GET", "/transactions/{transaction_id}")
    attach_receipt = Call(
        Crm.attach_receipt, "PUT", "/transactions/{transaction_id}/receipts/{receipt.receipt_id}"
    )
    set_fiscal_status = Call(
        Crm.set_fiscal_status, "PUT", "/transactions/{transaction_id}/fiscal-status"
    )
    import_receipt = Call(Crm.import_receipt, "POST", "/shifts/{shift_id}/imported-receipts")
    post_cash_movement = Call(Crm.post_cash_movement, "POST", "/shifts/{shift_id}/cash-movements")
    cash_movements = Call(Crm.cash_movements, "GET", "/shifts/{shift_id}/cash-movements")
    cash_articles = Call(Crm.cash_articles, "GET", "/clubs/{club_id}/cash-articles")
    search_clients = Call(Crm.search_clients, "POST", "/clubs/{club_id}/clients/search")
    client = Call(Crm.client, "GET", "/clients/{client_id}")
    receipt_contact = Call(Crm.receipt_contact, "GET", "/clients/{client_id}/receipt-contact")
    tariffs = Call(Crm.tariffs, "GET", "/clubs/{club_id}/tariffs")
    products = Call(Crm.products, "GET", "/clubs/{club_id}/products")


CALLS: tuple[Call[Any, Any], ...] = tuple(
    value for value in vars(Contract).values() if isinstance(value, Call)
)
"""In the order of the contract."""


def _text(value: Any) -> str:
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return value.isoformat()
    return str(value)


def _members(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise InvalidRequest("the query cannot be read") from error
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("a member of the query comes twice")
    return members


def _read_filter(name: str, kind: Any, text: str) -> Any:
    try:
        value = TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise InvalidRequest(f"{name}: {error.errors(include_input=False)[0]['msg']}") from error
    if isinstance(value, OpenEnum) and not value.is_known:
        raise InvalidRequest(f"{name}: unknown value")
    return value


def _read_key(text: str | None) -> UUID:
    if text is None:
        raise IdempotencyKeyMissing("Idempotency-Key: a UUID")
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidRequest("Idempotency-Key: a UUID") from error


def _read_version(text: str | None) -> int:
    if text is None:
        raise PreconditionRequired("If-Match: the ETag that was read")
    found = _VERSION.fullmatch(text)
    if found is None:
        raise InvalidRequest("If-Match: the ETag that was read")
    return int(found[1])
