"""The settings file: where it is, how it is read and written."""

from __future__ import annotations

import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from drivers.loopback import is_loopback
from kassa_tui.settings.explanation import explain
from kassa_tui.settings.model import Register, Settings
from kassa_tui.settings.problems import Problem, SettingsError
from kassa_tui.words import _

SECRETS = {
    "KASSA_CRM_TOKEN": ("crm", "token"),
    "KASSA_CRM_PASSWORD": ("crm", "password"),
    "KASSA_CRM_WEBHOOK_SECRET": ("crm", "webhook_secret"),
    "KASSA_REGISTER_OPERATOR_PASSWORD": ("register", "operator_password"),
    "KASSA_REGISTER_ADMIN_PASSWORD": ("register", "admin_password"),
    "KASSA_REGISTER_PASSWORD": ("register", "password"),
}
"""Environment variables that go before the file, and the keys they stand for."""

_MOST_BYTES = 64 * 1024
_LONGEST_LINE = 4096
"""Longer lines hold no setting; a key of thousands of dots costs tomllib gigabytes."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that can be used, and what their owner should know all the same."""

    settings: Settings
    path: Path
    warnings: tuple[Problem, ...] = ()


def config_path(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The settings file: `--config`, else $KASSA_CONFIG, else the system's usual place."""
    if option is not None:
        return option
    if named := environ.get("KASSA_CONFIG"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("kassa", appauthor=False) / "kassa.toml"


def state_directory(settings: Settings) -> Path:
    """Where the journal lives: as set, else the system's usual place for state."""
    if settings.station.state_directory is not None:
        return settings.station.state_directory
    from platformdirs import user_state_path

    return user_state_path("kassa", appauthor=False)


def load(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read and check the settings.

    Raises:
        SettingsError: With every error there is; nothing has been started or changed.
    """
    outcome = _load(path, environ)
    # Tracebacks may show the variables of their frames: none here holds a secret.
    del environ
    if isinstance(outcome, Loaded):
        return outcome
    raise SettingsError(path, outcome)


def _load(path: Path, environ: Mapping[str, str]) -> Loaded | tuple[Problem, ...]:
    try:
        raw, mode = _read(path)
    except OSError as error:
        return (_unreadable(error),)
    document = _parse(raw)
    if isinstance(document, Problem):
        return (document,)
    warnings = _exposure(document, mode)
    from_environment = _overlay(document, environ)
    try:
        settings = Settings.model_validate(document)
    except ValidationError as error:
        return tuple(
            Problem(problem.message, from_environment.get(problem.key, problem.key))
            for problem in explain(error)
        )
    return Loaded(settings, path, (*warnings, *_service_risks(settings.fiscal_register)))


def _read(path: Path) -> tuple[bytes, int]:
    """At most one byte more than a settings file may have, and the file's mode."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise IsADirectoryError  # opening a pipe would wait for its other end
    with path.open("rb") as file:
        return file.read(_MOST_BYTES + 1), status.st_mode


def _unreadable(error: OSError) -> Problem:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return Problem(_("there is no such file; `kassa config init` makes one"))
        case PermissionError():
            return Problem(_("the file may not be read by this user"))
        case IsADirectoryError():
            return Problem(_("this is not a file"))
        case _:
            return Problem(_("the file cannot be read: {why}").format(why=error.strerror))


def _parse(raw: bytes) -> dict[str, Any] | Problem:
    if len(raw) > _MOST_BYTES:
        return Problem(_("the file is larger than 64 KiB: these are no settings"))
    try:
        text = raw.decode("utf-8-sig")  # Windows editors put a mark at the beginning
    except UnicodeDecodeError as error:
        return Problem(
            _("the file must be saved as UTF-8"),
            line=raw.count(b"\n", 0, error.start) + 1,
            column=error.start - raw.rfind(b"\n", 0, error.start),
        )
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE:
            return Problem(
                _("the line is longer than {limit} characters").format(limit=_LONGEST_LINE),
                line=number,
                column=_LONGEST_LINE + 1,
            )
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return _syntax_problem(str(error), text)
    except (ValueError, ArithmeticError):
        return Problem(_("a number in the file is too long"))
    except RecursionError:
        return Problem(_("the brackets in the file are nested too deep"))


def _syntax_problem(reason: str, text: str) -> Problem:
    """A syntax error by its place. The parser's words may quote the file: they stay here."""
    if place := re.search(r"\(at line (\d+), column (\d+)\)", reason):
        line, column = int(place[1]), int(place[2])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    for beginning, message in (
        ("Expected '='", _("after a key, = and a value must follow")),
        ("Invalid value", _('this is no value: text needs quotes ("..."), numbers have none')),
        ("Expected newline", _("something stands after the value: a new key needs a new line")),
        ("Cannot overwrite", _("this key or table stands in the file twice")),
        ("Cannot declare", _("this key or table stands in the file twice")),
        ("Duplicate inline", _("this key or table stands in the file twice")),
        ("Unterminated string", _("the text is not closed: a quote is missing")),
        ("Illegal character", _("a character that may not stand here; is a quote missing?")),
        ("Unescaped '\\'", _("a backslash in text is written twice (\\\\), or use '...'")),
        ("Unclosed", _("a bracket is not closed")),
    ):
        if reason.startswith(beginning):
            return Problem(message, line=line, column=column)
    return Problem(_("this cannot be read as TOML"), line=line, column=column)


def _overlay(document: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Put the secrets of the environment in; the result names the variable of each key."""
    used = {}
    for variable, (table, key) in SECRETS.items():
        value = environ.get(variable)
        section = document.setdefault(table, {}) if value else None
        if isinstance(section, dict):
            section[key] = value
            used[f"{table}.{key}"] = variable
    return used


def _exposure(document: dict[str, Any], mode: int) -> tuple[Problem, ...]:
    """A warning when the file has secrets and others may read it."""
    has_secrets = any(
        isinstance(document.get(table), dict) and key in document[table]
        for table, key in SECRETS.values()
    )
    if os.name != "posix" or not has_secrets or not mode & (stat.S_IRGRP | stat.S_IROTH):
        return ()
    return (Problem(_("the file has secrets and other users can read it: chmod 600")),)


def _service_risks(register: Register) -> Iterator[Problem]:
    """What is unwise about a register behind KkmServer, whose receipts anybody could make."""
    url = urlsplit(register.url)
    if url.scheme not in ("http", "https"):
        return
    if not register.password.get_secret_value():
        text = _("KkmServer has the empty password that it comes with: give it one")
        yield Problem(text, "register.password")
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        text = _("the password goes through the network readable by all: use https")
        yield Problem(text, "register.url")


def replace_file(path: Path, text: str) -> None:
    """Put `text` in the place of `path` as a whole, readable by its owner only.

    A crash leaves the old file or the new one. Raises `OSError`.
    """
    path = path.resolve()  # the target of a link is replaced, not the link
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
