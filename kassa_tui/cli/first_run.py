"""The questions of the first start: what can be found out is found out, the rest is asked.

Plain lines on a plain terminal; nothing is written before the last answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from drivers.register import Reason, Refused, RegisterError, Unreachable
from kassa_tui.bootstrap.register import is_kkmserver
from kassa_tui.settings.example import example
from kassa_tui.settings.problems import escaped
from kassa_tui.words import N_, _

if TYPE_CHECKING:
    from drivers.register import Answered

FACTORY_PASSWORD = "30"  # noqa: S105
_YES = ("", "y", "yes", "д", "да")
_RATES = ("none", "5", "7", "22")
_TRAINING = "0"


class GivenUp(Exception):
    """The questions were left without an answer; nothing is written."""


class Terminal:
    """Asks by lines. A test puts another in its place."""

    def say(self, text: str = "") -> None:
        sys.stdout.write(f"{escaped(text)}\n")
        sys.stdout.flush()

    def ask(self, question: str) -> str:
        """One line, stripped. Raises `GivenUp` at the end of input and on Ctrl+C."""
        try:
            return input(f"{escaped(question)} ").strip()
        except (EOFError, KeyboardInterrupt, UnicodeDecodeError) as error:
            raise GivenUp from error


class FirstRun:
    """Asks until the settings are whole."""

    def __init__(
        self,
        terminal: Terminal,
        places: Callable[[], tuple[str, ...]],
        find: Callable[[str, ZoneInfo, str], tuple[Answered, ...]],
        zone: str | None,
    ) -> None:
        """
        Args:
            places: Where a register may be: serial ports, and services of this computer.
            find: Who answers at a port or URL, in a zone, under a password; raises
                `RegisterError`.
            zone: The computer's time zone; None: not known.
        """
        self._terminal = terminal
        self._places = places
        self._find = find
        self._zone = zone
        self._told: dict[str, object] = {}

    def text(self) -> str:
        """The settings file. Raises `GivenUp`."""
        say = self._terminal.say
        say(_("A few questions; Enter takes what stands in brackets, Ctrl+C writes nothing."))
        if self._zone is None:
            self._require("register.timezone", _("Time zone, for example Europe/Moscow:"))
        else:
            self._told["register.timezone"] = self._zone
        found = self._register()
        if found is not None:
            self._take_over(found)
        self._require("station.name", _("Name of this till:"), _("Till 1"))
        self._require("cashiers.name", _("Position and name of the cashier, as on receipts:"))
        for key, question in _SELLER.items():
            if key not in self._told:
                self._require(key, _(question))
        self._taxes(found)
        return example(self._told)

    def _register(self) -> Answered | None:
        """The register to work with; None for one that does not answer, or for training."""
        terminal = self._terminal
        found = [one for place in self._places() for one in self._look(place)]
        self._show(found)
        if not found:
            terminal.say(_("No register was found on a serial port, and no KkmServer here."))
        terminal.say(f"  {_TRAINING}  " + _("training: a register in software"))
        while True:
            hint = "1" if found else _TRAINING
            said = terminal.ask(
                _(
                    "Its number, or an address (socket://host:port, serial://port,"
                    " http://host:5893 of KkmServer) [{hint}]:"
                ).format(hint=hint)
            )
            said = said or hint
            if said == _TRAINING:
                self._told["station.training"] = True
                return None
            if said.isascii() and said.isdigit():
                if 1 <= int(said) <= len(found):
                    self._told["register.url"] = found[int(said) - 1].url
                    return found[int(said) - 1]
                continue
            if is_service(said):
                more = self._look(said)
                self._show(more, len(found))
                found += more
                if not more:
                    terminal.say(_("No register was found there."))
                continue
            if not self._accept("register.url", said):
                continue
            if one := self._look(said):
                return one[0]
            if self._agrees(_("Nobody answers there. Take it all the same?")):
                return None

    def _show(self, found: Sequence[Answered], before: int = 0) -> None:
        for number, one in enumerate(found, before + 1):
            self._terminal.say(f"  {number}  {_described(one)}")

    def _look(self, place: str) -> tuple[Answered, ...]:
        """Who is there; asks for the password where the usual one is refused."""
        self._terminal.say(_("Looking at {place}...").format(place=place))
        password = "" if is_kkmserver(place) else FACTORY_PASSWORD
        while True:
            try:
                found = self._find(place, ZoneInfo(str(self._told["register.timezone"])), password)
            except Unreachable:
                return ()
            except Refused as refused:
                if refused.reason is not Reason.WRONG_PASSWORD:
                    self._terminal.say(
                        _("A register answers there, but: {why}").format(why=refused)
                    )
                    return ()
                asked = self._password(place)
                if asked is None:
                    return ()
                password = asked
            except RegisterError:
                return ()
            else:
                return found

    def _password(self, place: str) -> str | None:
        """The password of who is at a place; None where it was not told."""
        if is_kkmserver(place):
            key, said = "register.password", self._terminal.ask(_("Password of KkmServer's User:"))
        else:
            key = "register.admin_password"
            said = self._terminal.ask(_("Password of its administrator:"))
        if said and self._accept(key, said):
            return said
        self._told.pop(key, None)  # one that was refused is of no use
        return None

    def _take_over(self, found: Answered) -> None:
        """What the register tells need not be asked; what is unfit for a receipt is."""
        info = found.info
        for key, value in {
            "legal_entity.name": info.owner_name,
            "legal_entity.inn": info.owner_inn,
            "legal_entity.address": info.settlement_address,
            "legal_entity.place": info.settlement_place,
        }.items():
            self._accept(key, value.strip(), quietly=True)
        self._told["ofd.name"], self._told["ofd.inn"] = info.ofd_name.strip(), info.ofd_inn.strip()
        if self._problem("ofd.name") or self._problem("ofd.inn"):
            del self._told["ofd.name"], self._told["ofd.inn"]

    def _taxes(self, found: Answered | None) -> None:
        from kassa_tui.settings.tax import TAX_SYSTEMS, VAT_RATES

        told = found.info.tax_systems if found is not None else frozenset(TAX_SYSTEMS.values())
        systems = [name for name, system in TAX_SYSTEMS.items() if system in told]
        system = self._choose(
            _("Tax system:"), {name: TAX_SYSTEMS[name].printed for name in systems}
        )
        rate = self._choose(_("VAT rate:"), {name: VAT_RATES[name].name_ru for name in _RATES})
        for purpose in ("top_up", "services", "goods"):
            self._told[f"tax.{purpose}"] = {"tax_system": system, "vat_rate": rate}

    def _choose(self, question: str, choices: dict[str, str]) -> str:
        """One of the keys, by number."""
        names = list(choices)
        if len(names) == 1:
            return names[0]
        self._terminal.say(question)
        for number, name in enumerate(names, 1):
            self._terminal.say(f"  {number}  {choices[name]}")
        while True:
            said = self._terminal.ask(_("Its number:"))
            if said.isascii() and said.isdigit() and 1 <= int(said) <= len(names):
                return names[int(said) - 1]

    def _require(self, key: str, question: str, usual: str = "") -> None:
        """Ask until the answer can stand in the file."""
        asked = f"{question} [{usual}]" if usual else question
        while not self._accept(key, self._terminal.ask(asked) or usual):
            pass

    def _accept(self, key: str, value: str, *, quietly: bool = False) -> bool:
        """Keep an answer that can stand in the file; say what is wrong with another."""
        self._told[key] = value
        problem = self._problem(key)
        if problem:
            del self._told[key]
            if not quietly:
                self._terminal.say(f"  {problem}")
        return not problem

    def _problem(self, key: str) -> str:
        """What the settings' own check says of what was told for a key."""
        from pydantic import ValidationError

        from kassa_tui.settings.explanation import explain
        from kassa_tui.settings.model import Settings

        try:
            Settings.model_validate(tomllib.loads(example(self._told)))
        except ValidationError as error:
            for problem in explain(error):
                if problem.key.replace("[1]", "") == key:
                    return problem.message
        return ""

    def _agrees(self, question: str) -> bool:
        return self._terminal.ask(f"{question} [Y/n]").lower() in _YES


_SELLER = {
    "legal_entity.name": N_("Organisation or entrepreneur, as in the register's registration:"),
    "legal_entity.inn": N_("Its INN:"),
    "legal_entity.address": N_("Address of settlements:"),
    "legal_entity.place": N_("Place of settlements (name of the club):"),
}


def _described(one: Answered) -> str:
    info = one.info
    return _("{model} No. {serial}, FN {drive}, INN {inn}, {place}: {url}").format(
        model=info.model,
        serial=info.serial_number,
        drive=one.fiscal_drive_number,
        inn=info.owner_inn,
        place=info.settlement_place,
        url=one.url,
    )


def offer(path: Path) -> bool:
    """Offer to write the settings; True when they stand in `path` now."""
    from kassa_tui.settings.file import replace_file

    terminal = Terminal()
    shown = escaped(str(path))
    if not sys.stdin.isatty():
        sys.stderr.write(
            _("There are no settings at {path}: `kassa config init` writes an example.").format(
                path=shown
            )
            + "\n"
        )
        return False
    try:
        terminal.say(_("There are no settings at {path}.").format(path=shown))
        if terminal.ask(_("Write them now?") + " [Y/n]").lower() not in _YES:
            raise GivenUp
        text = FirstRun(terminal, _places, _who, system_zone()).text()
    except GivenUp:
        terminal.say()
        terminal.say(_("Nothing was written. Without settings: kassa demo"))
        return False
    try:
        replace_file(path, text)
    except OSError as error:
        why = _("{path} cannot be written: {why}").format(path=shown, why=error.strerror)
        sys.stderr.write(f"{why}\n")
        return False
    terminal.say(_("{path} is written; every key is explained in it.").format(path=shown))
    return True


def system_zone() -> str | None:
    """The computer's IANA time zone; None where it does not tell."""
    known = available_timezones()
    told = [os.environ.get("TZ", "").lstrip(":")]
    with contextlib.suppress(OSError, UnicodeDecodeError):  # not every system has it
        told.append(Path("/etc/timezone").read_text("ascii").strip())
    told.append(str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2])
    return next((name for name in told if name in known and "/" in name), None)


def is_service(place: str) -> bool:
    """True for a KkmServer, of which no register is named."""
    return is_kkmserver(place) and "?" not in place


def _places() -> tuple[str, ...]:
    from drivers.kkmserver.probe import USUAL_URL
    from drivers.ports import serial_ports

    return (*serial_ports(), USUAL_URL)


def _who(place: str, zone: ZoneInfo, password: str) -> tuple[Answered, ...]:
    from drivers.kkmserver.probe import ask_who as ask_kkmserver
    from drivers.kkmserver.probe import find_on_service
    from drivers.shtrih.probe import ask_who, find_on_port

    if is_service(place):
        return asyncio.run(find_on_service(place, zone, password))
    if is_kkmserver(place):
        return (asyncio.run(ask_kkmserver(place, zone, password)),)
    if "://" in place:
        return (asyncio.run(ask_who(place, zone, int(password))),)
    found = asyncio.run(find_on_port(place, zone, int(password)))
    return () if found is None else (found,)
