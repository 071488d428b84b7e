"""`kassa doctor`: every check of the till, and what to do where one fails."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.conversation import (
    Conversation,
    add_json_argument,
    add_station_arguments,
    converse,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kassa_tui.cli.results import Result
    from kassa_tui.settings.model import Crm
    from kassa_tui.station.diagnosis import Diagnosis


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "doctor",
        help="check the till step by step, and say what to do",
        epilog="exit codes: 0 all is well; 2 the settings cannot be used; 3 something wants to be"
        " looked at; 5 register or station away",
    )
    add_station_arguments(parser)
    add_json_argument(parser)
    parser.add_argument(
        "--deep", action="store_true", help="also read the whole journal and check its seals"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine the till; the exit code says how it is."""
    from kassa_tui.cli.conversation import speak_own_language

    speak_own_language()
    settings = None
    if not args.demo:
        settings = _settings(args)
        if not settings["ok"]:
            return _bad_settings(settings).tell(args.json)

    async def talk(station: Conversation) -> Result:
        import asyncio

        from kassa_tui.station.diagnosis import Diagnosis
        from kassa_tui.station.inquiries import Diagnose

        await station.until_looked()
        diagnosis = await station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis), "that is its answer"
        izi = None if settings is None else settings["izi"]
        if izi is not None and izi["webhook_listen"] is not None:
            izi["hears_webhooks"] = await asyncio.to_thread(_hears, izi["webhook_listen"])
        return _result(diagnosis, settings, _verdict(_state(args)) if args.deep else None)

    return converse(args, talk, as_json=args.json)


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """What `kassa config check` says of the settings."""
    import os
    from datetime import datetime
    from pathlib import Path

    from kassa_tui.bootstrap.register import is_kkmserver
    from kassa_tui.settings.file import config_path, load
    from kassa_tui.settings.problems import SettingsError
    from kassa_tui.settings.report import CheckReport, tax_problems

    path = config_path(Path(args.config) if args.config else None, os.environ)
    try:
        loaded = load(path, os.environ)
    except SettingsError as error:
        return CheckReport(path, errors=error.problems).as_json()
    today = datetime.now(loaded.settings.fiscal_register.timezone).date()
    errors = tax_problems(loaded.settings, today)
    report = CheckReport(path, errors=errors, warnings=loaded.warnings).as_json()
    is_service = is_kkmserver(loaded.settings.fiscal_register.url)
    return {**report, "service": is_service, "izi": _izi(loaded.settings.crm)}


def _izi(crm: Crm) -> dict[str, Any] | None:
    """What the settings alone tell of IZI; None: it is not the CRM."""
    if crm.kind != "graphql":
        return None
    return {"adapter": crm.adapter, "webhook_listen": crm.webhook_listen, "hears_webhooks": None}


def _hears(address: str) -> bool:
    """Does anybody listen there?"""
    import socket

    host, _colon, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=2).close()
    except OSError:
        return False
    return True


def _izi_lines(izi: dict[str, Any]) -> list[str]:
    from kassa_tui.words import _

    if izi["adapter"] == "none":
        prints = _("IZI prints no receipts by itself, says crm.adapter: in IZI it must stay so.")
    else:
        prints = _("IZI prints receipts by itself: outside of training the till does not start.")
    lines = [f"• {prints}"]
    if izi["hears_webhooks"] is True:
        lines.append("• " + _("IZI's webhooks are listened for."))
    elif izi["hears_webhooks"] is False:
        lines.append("! " + _("Nobody listens for IZI's webhooks: is crm.webhook_listen taken?"))
    return lines


def _bad_settings(settings: dict[str, Any]) -> Result:
    from kassa_tui.cli.results import Result

    lines = [f"X {problem}" for problem in _problems(settings["errors"])]
    told = {"settings": settings}
    return Result(
        exit_codes.BAD_INPUT, "bad_input", told, (settings["file"], *lines), is_report=True
    )


def _problems(told: list[dict[str, Any]]) -> list[str]:
    from kassa_tui.settings.problems import Problem

    return [str(Problem(**one)) for one in told]


def _state(args: argparse.Namespace) -> Path:
    from kassa_tui.cli.conversation import till

    return till(args)[0]


def _verdict(state: Path) -> dict[str, Any]:
    """What reading the whole journal finds."""
    from kassa_tui.journal.errors import JournalError
    from kassa_tui.journal.verification import verify
    from kassa_tui.settings.problems import escaped

    try:
        verdict = verify(state / "journal.db")
    except JournalError as error:
        return {"whole": False, "events": 0, "broken": escaped(str(error))}
    broken = verdict.broken
    what = broken and escaped(f"{broken.table} {broken.row}: {broken.what}")
    return {"whole": broken is None, "events": verdict.events, "broken": what}


def _result(
    diagnosis: Diagnosis, settings: dict[str, Any] | None, verdict: dict[str, Any] | None
) -> Result:
    from kassa_tui.cli.results import Result
    from kassa_tui.settings.problems import escaped
    from kassa_tui.widgets.guide_words import all_steps
    from kassa_tui.words import _

    words = all_steps(diagnosis)
    steps = [
        {
            "check": str(step.check),
            "finding": str(step.finding),
            "value": step.value,
            "since": None if step.since is None else step.since.isoformat(),
            "reason": None if step.reason is None else str(step.reason),
            "detail": step.detail,
            "found": said.found,
            "to_do": said.to_do,
        }
        for step, said in zip(diagnosis.steps, words, strict=True)
    ]
    lines = []
    for said in words:
        lines.append(escaped(f"{said.level.symbol} {said.found}"))
        if said.to_do:
            lines.append(f"    {said.to_do}")
        if said.detail:
            lines.append(f"    {escaped(said.detail)}")
    if settings is not None and settings["service"]:
        lines.append("• " + _("Receipts forbid KkmServer to charge a card (PayByProcessing)."))
    if settings is not None and settings["izi"] is not None:
        lines += _izi_lines(settings["izi"])
    warnings = settings["warnings"] if settings is not None else []
    lines += [f"! {problem}" for problem in _problems(warnings)]
    if verdict is not None and verdict["whole"]:
        whole = _("The journal is whole; events: {count}.").format(count=verdict["events"])
        lines.append(f"• {whole}")
    elif verdict is not None:
        broken = _("The journal is not as it was written: {what}").format(what=verdict["broken"])
        lines.append(f"X {broken}")
    is_well = diagnosis.is_well and not warnings and (verdict is None or verdict["whole"])
    code, name = exit_codes.DONE, "well"
    if diagnosis.register_is_away:
        code, name = exit_codes.AWAY, "away"
    elif not is_well:
        code, name = exit_codes.UNFINISHED, "look"
    told = {"steps": steps, "settings": settings, "journal": verdict}
    return Result(code, name, told, tuple(lines), is_report=True)
