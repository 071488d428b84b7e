"""The settings as a person or a program may read them: checked, shown, secrets masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kassa_tui.settings.file import Loaded, state_directory
from kassa_tui.settings.model import Settings
from kassa_tui.settings.problems import Problem, escaped
from kassa_tui.settings.tax import Purpose, TaxRegimeError
from kassa_tui.words import _


def tax_problems(settings: Settings, on: date) -> tuple[Problem, ...]:
    """The tax settings with which nothing can be printed on the day `on`."""
    problems = []
    for purpose in Purpose:
        try:
            settings.tax.resolve(purpose, on)
        except TaxRegimeError as error:
            problems.append(Problem(error.message, error.key))
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `kassa config check` found."""

    path: Path
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        return {
            "file": str(self.path),
            "ok": self.is_good,
            "errors": [asdict(problem) for problem in self.errors],
            "warnings": [asdict(problem) for problem in self.warnings],
        }

    def lines(self) -> Iterator[str]:
        yield escaped(str(self.path))
        for problem in self.errors:
            yield _("error: {problem}").format(problem=problem)
        for problem in self.warnings:
            yield _("warning: {problem}").format(problem=problem)
        if self.is_good:
            yield _("The settings are good.")


@dataclass(frozen=True, slots=True)
class Effective:
    """What is in force on a day, the defaults included."""

    loaded: Loaded
    on: date

    def as_json(self) -> dict[str, Any]:
        return {
            "file": str(self.loaded.path),
            "settings": self._values(),
            "on": self.on.isoformat(),
            "tax_on_that_day": {purpose.value: self._tax(purpose) for purpose in Purpose},
        }

    def lines(self) -> Iterator[str]:
        yield f"# {escaped(str(self.loaded.path))}"
        yield from _flat(self._values())
        yield ""
        yield "# " + _("What the tax settings mean on {day}:").format(day=self.on.isoformat())
        for purpose in Purpose:
            yield f"# tax.{purpose.value}: {self._tax_in_words(purpose)}"

    def _values(self) -> dict[str, Any]:
        values = self.loaded.settings.model_dump(mode="json", by_alias=True)
        values["station"]["state_directory"] = str(state_directory(self.loaded.settings))
        return values

    def _tax(self, purpose: Purpose) -> dict[str, Any]:
        """Values of tags 1055 and 1199, or why there are none."""
        try:
            tax_system, vat_rate = self.loaded.settings.tax.resolve(purpose, self.on)
        except TaxRegimeError as error:
            return {"error": error.message}
        return {"tax_system": tax_system.value, "vat_rate": vat_rate.value}

    def _tax_in_words(self, purpose: Purpose) -> str:
        try:
            tax_system, vat_rate = self.loaded.settings.tax.resolve(purpose, self.on)
        except TaxRegimeError as error:
            return error.message
        if self.loaded.settings.station.language == "en":
            names = tax_system.name_en, vat_rate.name_en
        else:
            names = tax_system.printed, vat_rate.name_ru
        return f"{names[0]} (1055 = {tax_system}), {names[1]} (1199 = {vat_rate})"


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """One line for each key; no line for what is not set."""
    for name, value in values.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, member in enumerate(value, 1):
                yield from _flat(member, f"{key}[{number}].")
        elif value is not None:
            yield f"{key} = {escaped(json.dumps(value, ensure_ascii=False))}"
