"""A client that knows nothing but HTTP and JSON: the commands are written by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from drivers.virtual.kkmserver_face import Habits, KkmServerFace
from tests.drivers.virtual.shop import Shop

Answer = dict[str, Any]
PATIENCE = 5
CASHIER = {"CashierName": "Смирнова О. П.", "CashierVATIN": "525770003359"}


class Host:
    """One client, and what it talks to."""

    def __init__(self, http: httpx.AsyncClient, face: KkmServerFace) -> None:
        self.http = http
        self.face = face

    async def post(self, command: object, path: str = "/Execute", **how: Any) -> httpx.Response:
        """The raw answer to a command, or to a body as it stands."""
        body = command if isinstance(command, bytes) else json.dumps(command).encode()
        return await self.http.post(path, content=body, **how)

    async def ask(self, name: str, **fields: object) -> Answer:
        """The answer to a command, whatever it says."""
        response = await self.post({"Command": name, **fields})
        assert response.status_code == 200, response
        answer: Answer = json.loads(response.text, strict=False)
        return answer

    async def command(self, name: str, **fields: object) -> Answer:
        """Run a command that must succeed."""
        answer = await self.ask(name, **fields)
        assert (answer["Status"], answer["Error"]) == (0, ""), answer
        return answer

    async def error(self, name: str, **fields: object) -> str:
        """Run a command that must fail; gives its text."""
        answer = await self.ask(name, **fields)
        assert answer["Status"] == 2, answer
        assert answer["Error"]
        return str(answer["Error"])

    async def documents(self) -> int:
        """FD of the last document."""
        return int((await self.command("GetDataKKT"))["CheckNumber"])


@asynccontextmanager
async def hosting(shop: Shop, **habits: Any) -> AsyncIterator[Host]:
    """A face on a socket, and a client of it."""
    ids = count(1)
    face = KkmServerFace(shop.register, Habits(**habits), new_id=lambda: UUID(int=next(ids)))
    host, port = await face.serve_http()
    try:
        async with httpx.AsyncClient(
            base_url=f"http://{host}:{port}", timeout=PATIENCE, trust_env=False
        ) as http:
            yield Host(http, face)
    finally:
        await face.close()


def basic(login: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{login}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def row(name: str = "Игровое время", amount: float = 150, **more: object) -> Answer:
    return {
        "Register": {
            "Name": name,
            "Quantity": 1,
            "Price": amount,
            "Amount": amount,
            "Tax": -1,
            "SignMethodCalculation": 4,
            "SignCalculationObject": 4,
            **more,
        }
    }


def check(*lines: Answer, kind: int = 0, **more: object) -> Answer:
    """A fiscal check of 150.00 in cash, unless said otherwise."""
    return {
        "IsFiscalCheck": True,
        "TypeCheck": kind,
        "TaxVariant": "1",
        "PayByProcessing": False,
        "CheckStrings": list(lines or (row(),)),
        "Cash": 150,
        **CASHIER,
        **more,
    }
