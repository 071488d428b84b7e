"""IZI's GraphQL API in software, by its public pages: strict, on a real socket, with faults.

Documents are judged by a real GraphQL implementation against a real schema. What IZI documents
by its name alone (arguments and fields of clients and tariffs) has one of the shapes that it
might have; others are `SHAPES`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLScalarType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from drivers.virtual.asgi import ConnectionDropped, Receive, Scope, Send

CLUB = "club_abc123"
EMAIL, PASSWORD = "till@example.ru", "correct horse"

_DOCUMENTED = """
scalar Roubles
type User { id: ID! email: String! role: String }
type Club { id: ID! name: String! timezone: String }
type Tokens { accessToken: String! refreshToken: String! user: User }
type TopUpResult { success: Boolean! newBalance: Roubles transactionId: ID }
input TopUpInput { clientId: ID! amount: Roubles! clubId: ID! }
type Query { me: User club(id: ID!): Club %(query)s }
type Mutation {
  loginWithEmailPassword(email: String!, password: String!): Tokens
  refreshToken(token: String!): Tokens
  topUpBalance(input: TopUpInput!): TopUpResult
  %(mutation)s
}
"""

_USUAL = {
    "query": """
      clientByPhone(phone: String!, clubId: ID): Client
      clients(clubId: ID!, search: String, limit: Int): [Client!]!
      tariffs(clubId: ID!): [Tariff!]!
    """,
    "mutation": "purchaseTariff(input: PurchaseTariffInput!): PurchaseResult",
    "more": """
      type Client { id: ID! firstName: String lastName: String phone: String email: String
        balance: Roubles! bonusBalance: Roubles isBlacklisted: Boolean! }
      type Zone { id: ID! name: String! }
      type TariffPrice { price: Roubles! zone: Zone! }
      type Tariff { id: ID! name: String! prices: [TariffPrice!]! isActive: Boolean! }
      input PurchaseTariffInput { clientId: ID! tariffId: ID! clubId: ID! zoneId: ID }
      type PurchaseResult { success: Boolean! transactionId: ID newBalance: Roubles }
    """,
}
_WRAPPED = {
    "query": """
      clientByPhone(phone: String!): Client
      clients(clubId: ID!, query: String!, first: Int = 20): ClientConnection!
      tariffs(clubId: ID!, limit: Int): TariffPage!
    """,
    "mutation": "purchaseTariff(clientId: ID!, tariffId: ID!): Purchase",
    "more": """
      type Client { id: ID! name: String phone: String balance: String! }
      type ClientEdge { node: Client! }
      type ClientConnection { edges: [ClientEdge!]! }
      type Tariff { id: ID! name: String! price: Roubles! }
      type TariffPage { items: [Tariff!]! total: Int! }
      type Purchase { id: ID! }
    """,
}
_STRANGE = {
    "query": """
      clientByPhone(phone: String!, organizationSecret: String!): Client
      clients(clubId: ID!): [Client!]!
      tariffs(clubId: ID!): [Tariff!]!
    """,
    "mutation": "purchaseTariff(clientId: ID!, tariffId: ID!, deviceId: ID!): Boolean",
    "more": """
      type Client { id: ID! phone: String }
      type Tariff { id: ID! name: String! }
    """,
}
_PLAIN = _WRAPPED | {"mutation": "purchaseTariff(clientId: ID!, tariffId: ID!): Boolean"}
_BARE = {"query": "", "mutation": "", "more": ""}
SHAPES = {"usual": _USUAL, "wrapped": _WRAPPED, "plain": _PLAIN, "strange": _STRANGE, "bare": _BARE}

FAULTS = {
    "token-expired": "TOKEN_EXPIRED under HTTP 200, nothing done",
    "token-expired-401": "the same under HTTP 401",
    "bare-401": "a 401 that is not IZI's, nothing done",
    "rate-limited": "429 with Retry-After",
    "error-before-commit": "503 of a proxy, nothing done",
    "error-after-commit": "done, then 502 of a proxy",
    "internal-before-commit": "errors[] with INTERNAL_SERVER_ERROR, nothing done",
    "internal-after-commit": "done, then errors[] with INTERNAL_SERVER_ERROR",
    "partial": "done, and errors[] beside the data",
    "reason-beside": "errors[] with INSUFFICIENT_BALANCE beside whatever there is",
    "hang-before-commit": "nothing done, no answer",
    "hang-after-commit": "done, no answer",
    "half-body": "done, the connection breaks in the body",
    "garbage": "done, and no JSON",
    "null-data": "done, and data: null without errors",
    "used-up": "done, and X-RateLimit-Remaining: 0",
}


@dataclass
class Person:
    id: str
    phone: str
    first: str
    last: str
    balance: Decimal
    blacklisted: bool = False
    email: str = "ivan@example.ru"


@dataclass
class Posted:
    id: str
    client_id: str
    amount: Decimal
    what: str


@dataclass
class Asked:
    operation: str
    variables: dict[str, Any]
    token: str | None
    document: str


@dataclass
class VirtualIzi:
    shape: str = "usual"
    people: list[Person] = field(
        default_factory=lambda: [
            Person("cl_1", "+79990000617", "Иван", "Петров", Decimal("1250")),
            Person("cl_2", "+79990001618", "Анна", "Ли", Decimal("0.335"), email=""),
            Person("cl_3", "+79990002617", "Олег", "", Decimal(-50), blacklisted=True),
        ]
    )
    posted: list[Posted] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    remaining: int | None = None
    """What `X-RateLimit-Remaining` tells; None: much."""
    is_closed: bool = False
    """No shift is open."""
    password: str = PASSWORD
    hides_schema: bool = False
    login_code: str = "UNAUTHENTICATED"
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """Operation and code that it is refused with, each once."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Operation and fault, each once."""
    prices: dict[str, dict[str, Decimal]] = field(
        default_factory=lambda: {"tr_1": {"std": Decimal(120), "vip": Decimal("200.50")}}
    )

    def __post_init__(self) -> None:
        parts = SHAPES[self.shape]
        self._schema = build_schema(_DOCUMENTED % parts + parts["more"])
        roubles = self._schema.type_map["Roubles"]
        assert isinstance(roubles, GraphQLScalarType)
        roubles.parse_value = _amount  # type: ignore[method-assign]
        roubles.serialize = lambda value: value  # type: ignore[method-assign]
        self._numbers = itertools.count(1)
        self._access: set[str] = set()
        self._refresh: set[str] = set()

    # What a test does at the other side

    def fail(self, operation: str, *faults: str) -> None:
        assert set(faults) <= set(FAULTS)
        self.faults += [(operation, fault) for fault in faults]

    def expire_access(self) -> None:
        self._access.clear()

    def expire_refresh(self) -> None:
        self._refresh.clear()

    def operations(self) -> list[str]:
        return [one.operation for one in self.asked]

    def client(self, client_id: str) -> Person:
        return next(one for one in self.people if one.id == client_id)

    # ASGI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {n.decode(): v.decode() for n, v in scope["headers"]}
        told = json.loads(body, parse_float=Decimal)
        document = parse(told["query"])
        operation = document.definitions[0].selection_set.selections[0].name.value  # type: ignore
        _, _, token = headers.get("authorization", "").partition(" ")
        asked = Asked(operation, told["variables"], token or None, told["query"])
        self.asked.append(asked)
        fault = self._fault(operation)
        status, more = 200, {}
        if fault in ("token-expired", "token-expired-401"):
            status = 401 if fault.endswith("401") else 200
            answer: Any = _error("TOKEN_EXPIRED", operation)
        elif fault == "bare-401":
            status, answer = 401, "<html>who are you?</html>"
        elif fault == "rate-limited":
            status, answer, more = 429, {}, {"retry-after": "7"}
        elif fault == "error-before-commit":
            status, answer = 503, "<html>busy</html>"
        elif fault == "internal-before-commit":
            answer = _error("INTERNAL_SERVER_ERROR", operation)
        elif fault == "hang-before-commit":
            return await _hang(receive)
        else:
            answer = self._answer(document, asked)
        if fault == "error-after-commit":
            status, answer = 502, "<html>gone</html>"
        elif fault == "internal-after-commit":
            answer = _error("INTERNAL_SERVER_ERROR", operation)
        elif fault == "partial":
            answer |= {"errors": _error("INTERNAL_SERVER_ERROR", operation)["errors"]}
        elif fault == "reason-beside":
            answer |= {"errors": _error("INSUFFICIENT_BALANCE", operation)["errors"]}
        elif fault == "hang-after-commit":
            return await _hang(receive)
        elif fault == "garbage":
            answer = "{not json"
        elif fault == "null-data":
            answer = {"data": None}
        content = (answer if isinstance(answer, str) else _json(answer)).encode()
        remaining = 0 if fault == "used-up" else 99 if self.remaining is None else self.remaining
        lines = {
            "content-type": "application/json",
            "content-length": str(len(content)),
            "x-ratelimit-limit": "100",
            "x-ratelimit-remaining": str(remaining),
            "x-ratelimit-reset": str(int(time.time()) + 5),
            "x-ratelimit-cost": "1",
        } | more
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(n.encode(), v.encode()) for n, v in lines.items()],
            }
        )
        if fault == "half-body":
            await send({"type": "http.response.body", "body": content[:9], "more_body": True})
            await asyncio.sleep(0)
            raise ConnectionDropped
        await send({"type": "http.response.body", "body": content})
        return None

    def _fault(self, operation: str) -> str:
        for entry in self.faults:
            if entry[0] == operation:
                self.faults.remove(entry)
                return entry[1]
        return ""

    def _answer(self, document: Any, asked: Asked) -> Any:
        if asked.operation == "__schema" and self.hides_schema:
            return {"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}
        wrong = validate(self._schema, document)
        if wrong:
            return {
                "errors": [
                    {"message": w.message, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}
                    for w in wrong
                ]
            }
        is_open = asked.operation in ("loginWithEmailPassword", "refreshToken")
        if not is_open and asked.token not in self._access:
            return _error("TOKEN_EXPIRED" if asked.token else "UNAUTHENTICATED", asked.operation)
        done = execute_sync(
            self._schema, document, root_value=self, variable_values=asked.variables
        )
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [
                {
                    "message": one.message,
                    "path": one.path,
                    "extensions": one.extensions or {"code": "INVALID_INPUT"},
                }
                for one in done.errors
            ]
        return answer

    # Resolvers

    def _refuse(self, operation: str) -> None:
        for entry in self.refusals:
            if entry[0] == operation:
                self.refusals.remove(entry)
                raise _Refusal(entry[1])

    def _new_tokens(self) -> dict[str, Any]:
        number = next(self._numbers)
        self._access.add(f"access-{number}")
        self._refresh.add(f"refresh-{number}")
        return {"accessToken": f"access-{number}", "refreshToken": f"refresh-{number}"}

    def loginWithEmailPassword(self, info: Any, email: str, password: str) -> Any:  # noqa: N802
        self._refuse("loginWithEmailPassword")
        if (email, password) != (EMAIL, self.password):
            raise _Refusal(self.login_code)
        return self._new_tokens()

    def refreshToken(self, info: Any, token: str) -> Any:  # noqa: N802
        if token not in self._refresh:
            raise _Refusal("REFRESH_TOKEN_EXPIRED")
        self._refresh.remove(token)
        return self._new_tokens()

    def me(self, info: Any) -> Any:
        return {"id": "user_1", "email": EMAIL, "role": "ADMIN"}

    def club(self, info: Any, id: str) -> Any:  # noqa: A002
        if id != CLUB:
            raise _Refusal("CLUB_ACCESS_DENIED")
        return {"id": CLUB, "name": "Клуб"}

    def _money(self, client_id: str, change: Decimal, what: str) -> Posted:
        self._refuse(what)
        if self.is_closed:
            raise _Refusal("CLUB_CLOSED")
        client = next((one for one in self.people if one.id == client_id), None)
        if client is None:
            raise _Refusal("NOT_FOUND")
        if client.blacklisted:
            raise _Refusal("CLIENT_BLACKLISTED")
        if client.balance + change < 0:
            raise _Refusal("INSUFFICIENT_BALANCE")
        client.balance += change
        made = Posted(f"tx_{len(self.posted) + 1}", client_id, abs(change), what)
        self.posted.append(made)
        return made

    def topUpBalance(self, info: Any, input: dict[str, Any]) -> Any:  # noqa: A002, N802
        if ("topUpBalance", "success-false") in self.refusals:
            self.refusals.remove(("topUpBalance", "success-false"))
            return {"success": False}
        made = self._money(input["clientId"], input["amount"], "topUpBalance")
        balance = self.client(made.client_id).balance
        return {"success": True, "newBalance": balance, "transactionId": made.id}

    def purchaseTariff(self, info: Any, **told: Any) -> Any:  # noqa: N802
        told = told.get("input", told)
        zones = self.prices.get(told["tariffId"])
        if zones is None:
            raise _Refusal("TARIFF_NOT_AVAILABLE")
        price = zones[told.get("zoneId") or "std"]
        made = self._money(told["clientId"], -price, "purchaseTariff")
        return {"success": True, "transactionId": made.id, "id": made.id}

    def clientByPhone(self, info: Any, phone: str, **_: Any) -> Any:  # noqa: N802
        return next((self._told(one) for one in self.people if one.phone == phone), None)

    def clients(self, info: Any, **told: Any) -> Any:
        text = told.get("search") or told.get("query") or ""
        found = [self._told(one) for one in self.people if text in one.phone]
        return (
            {"edges": [{"node": one} for one in found]}
            if self.shape in ("wrapped", "plain")
            else found
        )

    def _told(self, one: Person) -> dict[str, Any]:
        return {
            "id": one.id,
            "firstName": one.first,
            "lastName": one.last,
            "name": f"{one.first} {one.last}",
            "phone": one.phone,
            "email": one.email,
            "balance": str(one.balance) if self.shape in ("wrapped", "plain") else one.balance,
            "bonusBalance": Decimal(90),
            "isBlacklisted": one.blacklisted,
        }

    def tariffs(self, info: Any, **_: Any) -> Any:
        told = [
            {
                "id": key,
                "name": "1 час",
                "isActive": True,
                "price": zones["std"],
                "prices": [
                    {"price": price, "zone": {"id": zone, "name": zone.upper()}}
                    for zone, price in zones.items()
                ],
            }
            for key, zones in self.prices.items()
        ]
        return (
            told if self.shape not in ("wrapped", "plain") else {"items": told, "total": len(told)}
        )


class _Refusal(GraphQLError):
    def __init__(self, code: str) -> None:
        super().__init__(code.lower(), extensions={"code": code})


def _amount(told: Any) -> Decimal:
    if isinstance(told, bool) or not isinstance(told, int | Decimal) or told <= 0:
        raise GraphQLError("an amount is a number above 0")
    return Decimal(told)


def _error(code: str, operation: str) -> dict[str, Any]:
    told = {"message": code.lower(), "extensions": {"code": code}, "path": [operation]}
    return {"data": None, "errors": [told]}


def _json(told: Any) -> str:
    text = json.dumps(told, default=lambda exact: f"\x00{exact}\x00")
    return re.sub(r'"\\u0000(.*?)\\u0000"', r"\1", text)


async def _hang(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
