"""Receipts over a serial line at 115200 baud: our driver beside pyshtrih, in one run.

    python -m tests.benchmarks.wire [--json] [--receipts N]

Both sell the same receipt (one line, cash, the buyer's contact, the payment's id) to
`kassa virtual-register` in a process of its own, over a pseudo-terminal that carries ten
bits a byte, and both end knowing its FN, FD, FP and time. The receipt has been judged by
`validation.problems` before, as the station does before it notes a payment.

What the wire allows is measured in the same run: the bytes of our own exchange, said again
over a fresh line by a program that only reads and writes. Unlike the bare time of the bytes
(`share_of_baud`) it holds what a pseudo-terminal and the register's own work cost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import pyshtrih

from drivers.ffd.composition import document_extra_tags
from drivers.ffd.enumerations import CalculationSign, FfdVersion, TaxSystem, VatRate
from drivers.ffd.receipt import Cashier, Item, Payments, Receipt, UserRequisite
from drivers.ffd.validation import problems
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.frames import encode_v1
from tests.benchmarks.report import report

BAUD = 115200
BITS_PER_BYTE = 10
CONTACT = "buyer@example.org"
NAME = "Пополнение баланса"
PRICE = 50000
REQUISITE = "ID платежа"
CASHIER_TAG = 1021
CASHIER = Cashier(name="Кассир Иванова А.")


@dataclass
class Series:
    """Receipts sold one after another, and what each put on the line."""

    seconds: list[float] = field(default_factory=list)
    exchanges: list[list[bytes | int]] = field(default_factory=list)
    """Of each receipt: bytes written, or the count of bytes read, in turns."""

    @contextmanager
    def receipt(self) -> Iterator[None]:
        """Time one receipt."""
        self.exchanges.append([])
        start = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - start)

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def bytes_per_receipt(self) -> float:
        turns = [turn for exchange in self.exchanges for turn in exchange]
        total = sum(turn if isinstance(turn, int) else len(turn) for turn in turns)
        return total / len(self.exchanges)

    @property
    def share_of_baud(self) -> float:
        return self.bytes_per_receipt * BITS_PER_BYTE / BAUD / self.median_s


@contextmanager
def recording() -> Iterator[Series]:
    """A series that notes what this process reads from terminals and writes to them.

    Both clients end in `os.read` and `os.write` of the port's descriptor.
    """
    series = Series()
    read, write = os.read, os.write

    def recording_read(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        if os.isatty(descriptor):
            series.exchanges[-1].append(len(data))
        return data

    def recording_write(descriptor: int, data: bytes) -> int:
        written = write(descriptor, data)
        if os.isatty(descriptor):
            series.exchanges[-1].append(bytes(data[:written]))
        return written

    os.read, os.write = recording_read, recording_write
    try:
        yield series
    finally:
        os.read, os.write = read, write


@contextmanager
def virtual_register() -> Iterator[str]:
    """A paced register in a process of its own; gives the URL of its pseudo-terminal."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kassa_tui", "virtual-register", "--pty"]
        command += ["--state", str(Path(folder, "register")), "--pace", str(BAUD)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                yield json.loads(process.stdout.readline())["pty"]
            finally:
                process.terminate()


def receipt() -> Receipt:
    return Receipt(
        calculation_sign=CalculationSign.SALE,
        tax_system=TaxSystem.GENERAL,
        items=(Item(name=NAME, price=PRICE, vat_rate=VatRate.NO_VAT),),
        payments=Payments(cash=PRICE),
        cashier=CASHIER,
        buyer_contact=CONTACT,
        user_requisite=UserRequisite(name=REQUISITE, value=str(uuid4())),
    )


async def sell_with_kassa(url: str, receipts: int) -> Series:
    register = ShtrihRegister(url, timezone=ZoneInfo("Europe/Moscow"))
    await register.connect()
    try:
        version = (await register.info()).ffd_version
        today = (await register.status()).clock.date()
        await register.open_shift(CASHIER)
        await register.fiscalize(receipt())
        with recording() as series:
            for _ in range(receipts):
                draft = receipt()
                assert not problems(draft, version, today)
                with series.receipt():
                    document = await register.fiscalize(draft)
                assert document.total == PRICE
        return series
    finally:
        await register.close()


def replay(url: str, exchanges: list[list[bytes | int]]) -> Series:
    """Say the same bytes again, doing nothing else."""
    line = os.open(urlsplit(url).path, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(line)
        with recording() as series:
            series.exchanges.append([])
            os.write(line, encode_v1(b"\xff\x0b" + (30).to_bytes(4, "little")))  # opens the shift
            time.sleep(1)
            os.read(line, 4096)
            for exchange in exchanges:
                with series.receipt():
                    for turn in exchange:
                        if isinstance(turn, bytes):
                            os.write(line, turn)
                        left = 0 if isinstance(turn, bytes) else turn
                        while left:
                            left -= len(os.read(line, left))
        return series
    finally:
        os.close(line)


def sell_with_pyshtrih(url: str, receipts: int) -> Series:
    device = pyshtrih.device.ShtrihM01F(port=urlsplit(url).path, baudrate=BAUD)
    device.connect()
    try:
        device.open_shift()
        with recording() as series:
            for _ in range(receipts):
                tags = document_extra_tags(receipt(), FfdVersion.V1_2)
                structures = [tag.encode() for tag in tags if tag.tag != CASHIER_TAG]
                with series.receipt():
                    device.open_check(0)
                    device.sale((NAME, 1000, PRICE))
                    for structure in structures:
                        device.send_tlv_struct(structure)
                    device.close_check(cash=PRICE)
                    last = device.fs_state()["Номер последнего ФД"]
                    device.fs_find_document_by_num(last)
        return series
    finally:
        device.disconnect()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--receipts", type=int, default=60)
    receipts = parser.parse_args().receipts
    with virtual_register() as url:
        ours = asyncio.run(sell_with_kassa(url, receipts))
    with virtual_register() as url:
        bare = replay(url, ours.exchanges)
    with virtual_register() as url:
        theirs = sell_with_pyshtrih(url, receipts)
    report(
        {
            "receipts_per_second": 1 / ours.median_s,
            "share_of_wire": bare.median_s / ours.median_s,
            "share_of_baud": ours.share_of_baud,
            "bytes_per_receipt": ours.bytes_per_receipt,
            "pyshtrih_receipts_per_second": 1 / theirs.median_s,
            "pyshtrih_bytes_per_receipt": theirs.bytes_per_receipt,
        },
        {
            "share_of_wire": "goal: at least 0.95",
            "share_of_baud": "the same against ten bits a byte, a line without latency",
            "bytes_per_receipt": "goal: no more than pyshtrih's",
        },
    )


if __name__ == "__main__":
    main()
