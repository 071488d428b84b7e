"""The embedded CRM's file: what was acknowledged stays, and nothing else does."""

import asyncio
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest

from kassa_tui.izi.embedded import store
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.schema import APPEND_ONLY, APPLICATION_ID, MIGRATIONS, NotOurFile
from kassa_tui.izi.errors import CrmError, CrmUnavailable, TokenExpired, Unauthenticated
from kassa_tui.izi.models.shift import FiscalModeChange
from kassa_tui.izi.port import LookUpBy
from tests.izi.bench import (
    IVAN,
    Clock,
    EmbeddedBench,
    charge,
    fresh,
    movement,
    opened,
    paid,
    post,
    receipt_for,
    refund,
    top_up,
    transactions_of,
    two_hours,
    water,
)

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def open_at(path):
    return await EmbeddedCrm.open(path, clock=Clock(), randomness=bytes)


async def test_what_was_acknowledged_before_a_kill_is_there_once_after_it(demo_file, tmp_path):
    template, token = demo_file
    path = shutil.copy(template, tmp_path / "crm.sqlite")
    cashier = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.izi.cashier", path, token), stdout=subprocess.PIPE
    )
    acknowledged = [(await cashier.stdout.readline()).decode().strip() for _ in range(25)]
    cashier.kill()
    rest, _ = await cashier.communicate()
    acknowledged += rest.decode().split()
    async with EmbeddedBench.open(path, token) as bench:
        shift = await bench.crm.current_shift(bench.club_id)
        rows = [str(row.external_id) for row in await transactions_of(bench, shift.id)]
        assert rows[: len(acknowledged)] == acknowledged
        assert len(rows) - len(acknowledged) in (0, 1)
        assert (await bench.crm.client(IVAN)).balance == 125_000 + 100 * len(rows)
        assert shift.totals.top_ups == 100 * len(rows)


async def test_a_post_cancelled_at_any_moment_is_whole_or_not_there_and_may_be_repeated(bench):
    shift = await opened(bench)
    for moments in range(1, 60):
        sent, key = top_up(bench, 100), fresh()
        task = asyncio.create_task(bench.crm.post_transaction(shift.id, sent, key=key))
        for _ in range(moments * moments):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await bench.crm.post_transaction(shift.id, sent, key=key)
        found = await bench.crm.find_transactions(
            bench.club_id, LookUpBy.EXTERNAL_ID, str(sent.external_id)
        )
        assert len(found.items) == 1
        assert (await bench.crm.client(IVAN)).balance == 125_000 + 100 * moments


async def test_two_openings_of_one_file_write_one_row(bench):
    shift = await opened(bench)
    other = (await bench.embedded()).session(bench.token)
    sent = top_up(bench)
    answers = await asyncio.gather(
        *(
            crm.post_transaction(shift.id, sent, key=fresh())
            for crm in (bench.crm, other, bench.crm, other)
        )
    )
    assert [answer.created for answer in answers].count(True) == 1
    assert (await bench.crm.client(IVAN)).balance == 175_000


async def test_a_file_that_another_holds_is_unavailable_and_later_available(bench, monkeypatch):
    monkeypatch.setattr(store, "BUSY_S", 0.01)
    shift = await opened(bench)
    crm = (await bench.embedded()).session(bench.token)
    sent, key = top_up(bench), fresh()
    holder = sqlite3.connect(bench.path, isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(CrmUnavailable):
            await crm.post_transaction(shift.id, sent, key=key)
    finally:
        holder.close()
    assert (await crm.post_transaction(shift.id, sent, key=key)).created


async def test_a_full_disk_refuses_and_changes_nothing(bench):
    shift = await opened(bench)
    async with bench.owner.registry() as registry:
        pages = await registry.desk.store.value("PRAGMA page_count")
        await registry.desk.store.run(f"PRAGMA max_page_count = {pages}")
    endings = [await ending(post(bench, shift.id, top_up(bench, 100))) for _ in range(200)]
    posted = endings.count(None)
    assert set(endings) == {None, CrmUnavailable}
    assert len(await transactions_of(bench, shift.id)) == posted
    assert (await bench.crm.client(IVAN)).balance == 125_000 + 100 * posted


async def ending(write) -> type[CrmError] | None:
    try:
        await write
    except CrmError as error:
        return type(error)
    return None


async def test_a_closed_crm_is_unavailable(bench):
    await bench.owner.close()
    with pytest.raises(CrmUnavailable):
        await bench.crm.me()


@posix_only
async def test_the_file_is_its_owners_alone(bench):
    await opened(bench)
    assert {mode(path) for path in bench.path.parent.glob("crm.sqlite*")} == {0o600}
    bench.path.chmod(0o644)
    await bench.embedded()
    assert mode(bench.path) == 0o600


async def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "journal.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE payment (id)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotOurFile):
        await open_at(path)
    assert path.read_bytes() == before


async def test_a_newer_programs_file_is_left_alone(demo_file, tmp_path):
    path = shutil.copy(demo_file[0], tmp_path / "crm.sqlite")
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotOurFile):
        await open_at(path)
    assert path.read_bytes() == before


async def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("не база\n" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        await open_at(path)
    assert path.read_text() == "не база\n" * 100


async def test_a_new_file_is_ours_strict_and_durable(tmp_path):
    path = tmp_path / "crm.sqlite"
    crm = await open_at(path)
    try:
        async with crm.registry() as registry:
            values = [
                await registry.desk.store.value(f"PRAGMA {name}")
                for name in ("application_id", "user_version", "journal_mode", "synchronous")
            ]
            tables = await registry.desk.store.rows("PRAGMA table_list")
            loose = [
                row["name"]
                for row in tables
                if row["type"] == "table"
                and not row["strict"]
                and not row["name"].startswith("sqlite_")
            ]
        assert values == [APPLICATION_ID, len(MIGRATIONS), "wal", 2]
        assert loose == []
    finally:
        await crm.close()


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_history_is_neither_edited_nor_deleted(bench, table):
    shift = await opened(bench)
    sold = await post(bench, shift.id, charge(bench, [water("01")]))
    await post(bench, shift.id, charge(bench, [two_hours()], balance=22_000))
    await post(bench, shift.id, refund(bench, sold, cash=6_000))
    await bench.crm.attach_receipt(sold.id, receipt_for(bench, 1, 6_000))
    await bench.crm.post_cash_movement(shift.id, movement(bench, "in", 1), key=fresh())
    await bench.crm.receipt_contact(IVAN)
    await set_non_fiscal(bench, shift)
    bench.clock.advance(days=2)
    await bench.crm.me()
    db = sqlite3.connect(bench.path, isolation_level=None)
    try:
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        column = db.execute(f"PRAGMA table_info({table})").fetchone()[1]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(statement)
    finally:
        db.close()


async def set_non_fiscal(bench, shift):
    now = await bench.crm.shift(shift.id)
    change = FiscalModeChange(mode="non_fiscal", reason="ремонт")
    await bench.crm.set_fiscal_mode(shift.id, change, version=now.version)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shift SET opening_cash = 0",
        "UPDATE shift SET closed = 0",
        "DELETE FROM shift",
    ],
)
async def test_a_closed_shift_is_neither_edited_nor_opened_again(bench, statement):
    await opened(bench)
    bench.clock.advance(days=2)
    await bench.crm.me()
    db = sqlite3.connect(bench.path, isolation_level=None)
    try:
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(statement)
    finally:
        db.close()


async def test_tokens_are_checked_with_every_call_and_stand_nowhere_in_the_file(bench):
    with pytest.raises(Unauthenticated):
        await bench.owner.session("tk_none").me()
    assert bench.token.encode() not in bench.path.read_bytes()
    bench.clock.advance(days=366)
    with pytest.raises(TokenExpired):
        await bench.crm.me()


async def test_an_account_entry_needs_its_client(bench):
    async with bench.owner.registry() as registry:
        run = registry.desk.store.run
        with pytest.raises(sqlite3.IntegrityError):
            await run(
                "INSERT INTO account_entry (client_id, account, amount) VALUES ('x','game',1)"
            )


async def test_old_idempotency_keys_are_forgotten_and_external_ids_never(bench):
    shift = await opened(bench)
    sent, key = top_up(bench), fresh()
    first = await bench.crm.post_transaction(shift.id, sent, key=key)
    bench.clock.advance(days=29)
    new = await opened(bench)
    await post(bench, new.id, top_up(bench, payments=paid(cash=50_000)))
    assert (await bench.crm.post_transaction(shift.id, sent, key=key)).replayed
    bench.clock.advance(days=40)
    last = await opened(bench)
    await post(bench, last.id, top_up(bench))
    again = await bench.crm.post_transaction(shift.id, sent, key=key)
    assert (again.value.id, again.replayed, again.created) == (first.value.id, False, False)
