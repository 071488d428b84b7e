"""Receipts over a serial line at 115200 baud: our driver beside pyshtrih, in one run.

    python -m tests.benchmarks.wire [--json] [--receipts N]

Both sell the same receipt (one line, cash, the buyer's contact) to `kassa virtual-register`
in a process of its own, over a pseudo-terminal that carries ten bits a byte, and both end
knowing its FN, FD, FP and time. The share of the wire is the time that the exchanged bytes
need at that speed, over the time they took.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from drivers.ffd.enumerations import CalculationSign, TaxSystem, VatRate
from drivers.ffd.receipt import Cashier, Item, Payments, Receipt
from tests.benchmarks.report import report

BAUD = 115200
BITS_PER_BYTE = 10
CONTACT = "buyer@example.org"
NAME = "Пополнение баланса"
PRICE = 50000
CASHIER = Cashier(name="Кассир Иванова А.")


@dataclass
class Counter:
    """Bytes over the line, both ways."""

    bytes: int = 0


@contextmanager
def counted_descriptors() -> Iterator[Counter]:
    """Count what this process reads from terminals and writes to them.

    Both clients end in `os.read` and `os.write` of the port's descriptor.
    """
    counter = Counter()
    read, write = os.read, os.write

    def counting_read(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        if os.isatty(descriptor):
            counter.bytes += len(data)
        return data

    def counting_write(descriptor: int, data: bytes) -> int:
        written = write(descriptor, data)
        if os.isatty(descriptor):
            counter.bytes += written
        return written

    os.read, os.write = counting_read, counting_write
    try:
        yield counter
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


@dataclass
class Result:
    """One series of receipts."""

    seconds: list[float]
    bytes_per_receipt: float

    @property
    def receipts_per_second(self) -> float:
        return 1 / statistics.median(self.seconds)

    @property
    def share_of_wire(self) -> float:
        wire_seconds = self.bytes_per_receipt * BITS_PER_BYTE / BAUD
        return wire_seconds / statistics.median(self.seconds)


async def sell_with_kassa(url: str, receipts: int) -> Result:
    from drivers.shtrih.driver import ShtrihRegister

    receipt = Receipt(
        calculation_sign=CalculationSign.SALE,
        tax_system=TaxSystem.GENERAL,
        items=(Item(name=NAME, price=PRICE, vat_rate=VatRate.NO_VAT),),
        payments=Payments(cash=PRICE),
        cashier=CASHIER,
        buyer_contact=CONTACT,
    )
    register = ShtrihRegister(url, timezone=ZoneInfo("Europe/Moscow"))
    await register.connect()
    try:
        await register.open_shift(CASHIER)
        await register.fiscalize(receipt)
        seconds = []
        with counted_descriptors() as counter:
            for _ in range(receipts):
                start = time.perf_counter()
                document = await register.fiscalize(receipt)
                seconds.append(time.perf_counter() - start)
                assert document.total == PRICE
                assert document.fiscal_sign
        await register.close_shift(CASHIER)
        return Result(seconds, counter.bytes / receipts)
    finally:
        await register.close()


def sell_with_pyshtrih(url: str, receipts: int) -> Result:
    import pyshtrih
    from pyshtrih.fd import FD

    device = pyshtrih.device.ShtrihM01F(port=urlsplit(url).path, baudrate=BAUD)
    device.connect()
    try:
        device.open_shift()
        seconds = []
        with counted_descriptors() as counter:
            for _ in range(receipts):
                start = time.perf_counter()
                device.open_check(0)
                device.sale((NAME, 1000, PRICE))
                device.send_tlv_struct(FD({1008: CONTACT}).dump())
                device.close_check(cash=PRICE)
                last = device.fs_state()["Номер последнего ФД"]
                device.fs_find_document_by_num(last)
                seconds.append(time.perf_counter() - start)
        device.z_report()
        return Result(seconds, counter.bytes / receipts)
    finally:
        device.disconnect()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--receipts", type=int, default=40)
    receipts = parser.parse_args().receipts
    with virtual_register() as url:
        ours = asyncio.run(sell_with_kassa(url, receipts))
    with virtual_register() as url:
        theirs = sell_with_pyshtrih(url, receipts)
    report(
        {
            "receipts_per_second": ours.receipts_per_second,
            "share_of_wire": ours.share_of_wire,
            "bytes_per_receipt": ours.bytes_per_receipt,
            "pyshtrih_receipts_per_second": theirs.receipts_per_second,
            "pyshtrih_share_of_wire": theirs.share_of_wire,
            "pyshtrih_bytes_per_receipt": theirs.bytes_per_receipt,
        },
        {
            "share_of_wire": "goal: at least 0.95",
            "bytes_per_receipt": "goal: no more than pyshtrih's",
        },
    )


if __name__ == "__main__":
    main()
