"""`kassa journal`: look at the journal, check it, copy it, hand it out.

Reads only, so that it works beside a running station, and where none can start.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kassa_tui.journal.records import PaymentState

SHOWN = 20
MOST_SHOWN = 1000


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "journal",
        help="list, verify, back up and export the journal",
        epilog="exit codes: 0 done; 2 bad input; 4 the journal is not as it was written;"
        " 5 there is no journal that can be read",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    shown = actions.add_parser("list", help="the latest payments and what became of them")
    shown.add_argument("--limit", type=_count, default=SHOWN, metavar="N", help="default: 20")
    shown.add_argument("--open", action="store_true", help="all that wait for a receipt, instead")
    verify = actions.add_parser("verify", help="read everything; name the first broken row")
    backup = actions.add_parser("backup", help="copy it, also while a station works")
    backup.add_argument("--to", metavar="DIR", help="default: backups, beside the journal")
    backup.add_argument(
        "--keep", type=_count, default=30, metavar="N", help="copies that stay (default: 30)"
    )
    export = actions.add_parser("export", help="hand it out, personal data masked")
    export.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help="jsonl: every event (default); csv: the payments",
    )
    export.add_argument("--out", metavar="FILE", help="default: standard output")
    for action in (shown, verify, backup, export):
        action.add_argument(
            "--config",
            metavar="FILE",
            help="settings file (default: $KASSA_CONFIG, else the system's usual place)",
        )
        action.add_argument(
            "--state", metavar="DIR", help="where the journal is (default: as the settings say)"
        )
        action.add_argument("--json", action="store_true", help="machine-readable output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one action; the result is the exit code."""
    from kassa_tui.journal.errors import JournalError
    from kassa_tui.settings.problems import SettingsError, escaped

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe's encoding may lack a letter
            stream.reconfigure(errors="backslashreplace")
    try:
        path = _path(args)
    except SettingsError as error:
        return _fail(args, exit_codes.BAD_INPUT, str(error))
    if not path.is_file():
        return _fail(args, exit_codes.AWAY, f"there is no journal at {escaped(str(path))}")
    try:
        match args.action:
            case "list":
                return _list(args, path)
            case "verify":
                return _verify(args, path)
            case "backup":
                return _backup(args, path)
            case _:
                return _export(args, path)
    except BrokenPipeError:
        # Who reads has seen enough; nothing may be written at the exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.DONE
    except JournalError as error:
        return _fail(args, exit_codes.AWAY, escaped(str(error)))


def _list(args: argparse.Namespace, path: Path) -> int:
    import asyncio

    from kassa_tui.journal.reader import JournalReader

    async def read() -> tuple[PaymentState, ...]:
        reader = await JournalReader.open(path)
        try:
            if args.open:
                return await reader.payments_without_document()
            return await reader.last_payments(args.limit)
        finally:
            await reader.close()

    states = asyncio.run(read())
    value = {"payments": [_as_json(state) for state in states]}
    _say(args, value, [_as_line(state) for state in states])
    return exit_codes.DONE


def _as_line(state: PaymentState) -> str:
    from kassa_tui.money import format_sum
    from kassa_tui.settings.problems import escaped

    payment = state.payment
    columns = (
        payment.created_at.isoformat(sep=" ", timespec="seconds"),
        str(payment.id),
        f"{payment.kind:<15}",
        f"{format_sum(payment.total):>14}",
        " ".join(_receipts(state)),
        escaped(state.called_off),
    )
    return "  ".join(columns).rstrip()


def _receipts(state: PaymentState) -> list[str]:
    """`<FN>:<FD>` of each receipt, or its state."""
    return [
        one.state
        if one.document is None
        else f"{one.document.fiscal_drive_number}:{one.document.fiscal_document_number}"
        for one in state.receipts
    ]


def _as_json(state: PaymentState) -> dict[str, Any]:
    payment = state.payment
    return {
        "id": str(payment.id),
        "caller_id": payment.caller_id,
        "created_at": payment.created_at.isoformat(),
        "kind": payment.kind,
        "total": payment.total,
        "payments": [{"method": part.method, "amount": part.amount} for part in payment.parts],
        "client": payment.client,
        "called_off": state.called_off,
        "receipts": _receipts(state),
        "facts": sorted(state.facts),
        "calls": list(state.calls),
    }


def _verify(args: argparse.Namespace, path: Path) -> int:
    from kassa_tui.journal.verification import verify
    from kassa_tui.settings.problems import escaped

    verdict = verify(path)
    broken = verdict.broken
    value = {
        "whole": broken is None,
        "events": verdict.events,
        "broken": broken
        and {"table": broken.table, "row": broken.row, "what": escaped(broken.what)},
    }
    if broken is None:
        lines = [f"whole: {verdict.events} events and all that follows from them"]
    else:
        lines = [
            f"broken: {broken.table} {escaped(broken.row)} {escaped(broken.what)}",
            f"events found good before it: {verdict.events}",
        ]
    _say(args, value, lines)
    return exit_codes.DONE if broken is None else exit_codes.REFUSED


def _backup(args: argparse.Namespace, path: Path) -> int:
    from datetime import UTC, datetime
    from pathlib import Path

    from kassa_tui.journal.backup import back_up
    from kassa_tui.settings.problems import escaped

    folder = Path(args.to) if args.to else path.parent / "backups"
    copy = back_up(path, folder, datetime.now(UTC), args.keep)
    _say(args, {"backup": str(copy)}, [escaped(str(copy))])
    return exit_codes.DONE


def _export(args: argparse.Namespace, path: Path) -> int:
    from pathlib import Path

    from kassa_tui.journal.export import write_events, write_file, write_payments

    write = write_events if args.format == "jsonl" else write_payments
    if args.out is None:
        write(path, sys.stdout)
        return exit_codes.DONE
    try:
        rows = write_file(path, Path(args.out), write)
    except OSError as error:
        return _fail(args, exit_codes.BAD_INPUT, f"{args.out} cannot be written: {error.strerror}")
    _say(args, {"file": args.out, "rows": rows}, [f"{rows} rows"])
    return exit_codes.DONE


def _path(args: argparse.Namespace) -> Path:
    """Raises `SettingsError`."""
    from pathlib import Path

    from kassa_tui.settings.file import config_path, load, state_directory

    if args.state is not None:
        return Path(args.state) / "journal.db"
    loaded = load(config_path(Path(args.config) if args.config else None, os.environ), os.environ)
    return state_directory(loaded.settings) / "journal.db"


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_SHOWN:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST_SHOWN}")
    return number


def _say(args: argparse.Namespace, value: dict[str, Any], lines: list[str]) -> None:
    text = [json.dumps(value)] if args.json else lines
    sys.stdout.writelines(f"{line}\n" for line in text)


def _fail(args: argparse.Namespace, code: int, why: str) -> int:
    if args.json:
        sys.stdout.write(json.dumps({"error": why}) + "\n")
    else:
        sys.stderr.write(f"{why}\n")
    return code
