"""How this KkmServer is set up, and what it does where real ones differ or nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

LOGINS = ("Admin", "User")


class Profile(StrEnum):
    """Which server answers."""

    MODERN = "modern"
    LEGACY = "legacy2017"
    """Server 2.1.x with FFD 1.05: fewer fields, an unknown command is HTTP 200."""


class Repeat(StrEnum):
    """What a second command with an id that is known already gives."""

    REPLAY = "replay"
    """The answer of the first, or waiting together with it."""
    STATUS5 = "status5"
    """Status 5 without data, once the first has ended."""
    FORGET = "forget"
    """It is executed again, as after a restart of the service."""


class Quirk(StrEnum):
    """What real servers were seen to do with an answer."""

    CONTROL_KEYS = "control-keys"
    """GetDataCheck names its fields by control characters (2017)."""
    RAW_CONTROL_KEYS = "raw-control-keys"
    """The same, and the characters stand in the JSON unescaped."""
    CYRILLIC_KEYS = "cyrillic-keys"
    """`Сounters` and `СountersType` begin with U+0421."""
    NUMBERS_AS_TEXT = "numbers-as-text"
    FEW_KEYS = "few-keys"
    """Only what cannot be missed; no QRCode, URL, numbers within the shift."""
    NULLS = "nulls"
    """What is empty is null."""
    NO_DATES = "no-dates"
    """Every date is 0001-01-01T00:00:00."""
    ZONED_DATES = "zoned-dates"
    """Dates have seven decimals and an offset."""
    ERROR_WITH_NUMBERS = "error-with-numbers"
    """An error carries CheckNumber and SessionNumber of the last document."""
    MESSAGE_PREFIX = "message-prefix"
    """An error begins with `Message: `."""
    QR_SECONDS = "qr-seconds"
    ON_OF = "on-of"
    """`OnOf` instead of `OnOff`."""
    TORN_PRINT_IS_ERROR = "torn-print-is-error"
    """A document that is recorded but not printed to its end ends in an error without data."""


class HabitsError(ValueError):
    """A habit that this server does not have."""


def read_quirks(names: str) -> frozenset[Quirk]:
    """Quirks separated by commas; an empty text is none. Raises `HabitsError`."""
    told = frozenset(filter(None, map(str.strip, names.split(","))))
    if unknown := told - frozenset(Quirk):
        raise HabitsError(
            f"no quirk is named {min(unknown)!r}; there are {', '.join(sorted(Quirk))}"
        )
    return frozenset(map(Quirk, told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Settings of the server and of its one register."""

    profile: Profile = Profile.MODERN
    repeat: Repeat = Repeat.REPLAY
    quirks: Collection[Quirk] = ()
    passwords: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(LOGINS, ""))
    """By login. While a password is empty no header is needed."""
    number: int = 1
    """NumDevice of the register."""
    name: str = "ККТ зала 1"
    id_device: str = "7b0f7c52-98a4-4f0b-9d0c-2f0a3b5f6e11"
    strict: bool = False
    """Unknown or wrongly cased keys, numbers as text, and more decimals than there are places
    are errors; else they are taken as the real server takes them."""
    opens_shift: bool = True
    """RegisterCheck on a closed shift opens it first."""
    not_active_on_error: bool = False
    """`SetNotActiveOnError`: after an error of the register it is not found any more."""
    no_error_on_open_close_shift: bool = False
    """`NoErrorOnOpenCloseShift`."""
    pay_by_processing: bool = False
    """`PayByProcessing`: a check paid by card charges the card, unless it says not to."""
    search: timedelta = timedelta(0)
    """How long it takes to find that there is no such device; up to 5 s were seen."""
    late_answer: timedelta = timedelta(seconds=5)
    """How late the fault `late-answer` is."""
    away: timedelta = timedelta(seconds=5)
    """How long the fault `service-away` keeps connections out."""
