"""One source of chance, and the faults that it strikes with.

Each seed draws which kinds of fault it shows at all and how often ("swarm"): a run where all
happen at once seldom gets anywhere, and the rare meeting of two is what finds bugs. And each
seed features one kind, in turn, which is more likely in it: so none stays rare.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from random import Random

from drivers.virtual.faults import DEVICE_FAULTS, HTTP_FAULTS, LINK_FAULTS, Faults
from kassa_tui.izi.gateway.contract import CALLS
from kassa_tui.izi.virtual.faults import FAULTS

WIRE = {
    "wire-cut": 0.004,
    "wire-garbage": 0.01,
    "wire-loss": 0.006,
    "wire-delay": 0.01,
    "wire-split": 0.1,
    "wire-refused": 0.3,
}
"""By chunk (the last: by connection)."""
WORLD = {
    "register-power-cut": 0.12,
    "register-off": 0.1,
    "paper-taken": 0.15,
    "cover-opened": 0.1,
    "24-hours": 0.1,
    "kill": 0.3,
    "power-loss": 0.3,
    "fn-replaced": 0.04,
}
"""By operation of the cashier."""
RARE = {"fn-replaced-in-flight": 0.2, "journal-restored": 0.15, "cash-by-hand": 0.9}
"""By receipt that is being closed; by death of the station; by movement of cash."""
CRM = {
    "crm-unreachable": 0.04,
    "crm-answer-lost": 0.09,
    "crm-hangs-executed": 0.03,
    "crm-hangs-not-executed": 0.03,
    "crm-fails-before": 0.04,
    "crm-fails-after": 0.08,
    "crm-rate-limit": 0.03,
    "crm-sign-in": 0.03,
    "crm-duplicate": 0.06,
    "crm-slow": 0.06,
    "crm-balance-spent": 0.6,
}
"""By call; the last by call that takes from a balance."""
CLUB = {"crm-away": 0.06, "crm-shift-closed": 0.06}
"""By operation of the cashier: for minutes or an hour; by another till."""
RECONCILED = {"crm-posted-elsewhere": 0.15}
"""By operation of the cashier: money taken at the desk with the CRM's own screens."""
DISK = {"disk-full": 0.01, "disk-io-error": 0.01, "disk-slow": 0.02, "disk-nearly-full": 0.05}
"""By statement."""
_REGISTER = {
    **dict.fromkeys(LINK_FAULTS, 0.01),
    **dict.fromkeys(DEVICE_FAULTS, 0.08),
    "busy": 0.04,
    "shift-expires": 0.03,
    "foreign-document": 0.1,
    "split": 0.05,
    "power-cut-in-items": 0.2,
    "power-cut-before-record": 0.15,
    "power-cut-after-record": 0.15,
    "paper-out-middle": 0.1,
    "paper-out-after-record": 0.15,
}
"""By chance as the virtual register gives them."""
RATES = {**WIRE, **WORLD, **RARE, **CRM, **CLUB, **DISK, **_REGISTER, **RECONCILED}
HTTP = {
    "http-refused": 0.02,
    "http-connect-hangs": 0.01,
    "http-cut": 0.01,
    "http-delay": 0.02,
}
"""By request; the last two also by piece of an answer."""
SERVICE = {"computer-off": 0.08, "device-switched-off": 0.08, "service-started-anew": 0.08}
"""By operation of the cashier: what is done to KkmServer and its computer."""
_AT_A_RECEIPT = 0.08
"""By receipt that KkmServer is asked for, each of the faults of its link."""
_AT_OTHERS = 0.1
"""So much less likely are they at its other commands."""
_OF_LINK = LINK_FAULTS | HTTP_FAULTS
KKMSERVER_RATES = {
    **HTTP,
    **WORLD,
    **SERVICE,
    **RARE,
    **CRM,
    **CLUB,
    **DISK,
    **_REGISTER,
    **dict.fromkeys(_OF_LINK, _AT_A_RECEIPT),
    **RECONCILED,
}
_LOOKS = frozenset(call.name for call in CALLS if call.method == "GET")
_AT_A_LOOK, _AT_A_WRITE = 0.02, 0.1
"""By call that the gateway gets, each of its faults."""
_ACTIVE = 0.3
_FEATURED = 3
"""So many times as likely."""
_MOST = 0.5
"""No strength of a seed makes a fault likelier than this, lest nothing get through at all."""


class Chance:
    """The faults of one seed."""

    def __init__(self, seed: int, rates: Mapping[str, float] = RATES) -> None:
        self.random = Random(f"faults {seed}")
        self.fired: Counter[str] = Counter()
        self.stopped = False
        draw = Random(f"swarm {seed}")
        share = draw.choice((0.0, _ACTIVE / 2, _ACTIVE, _ACTIVE, 2 * _ACTIVE))
        strength = draw.choice((0.3, 1.0, 1.0, 3.0))
        self.rates = {
            name: min(rate * strength, max(rate, _MOST))
            for name, rate in rates.items()
            if draw.random() < share
        }
        featured = tuple(rates)[seed % len(rates)]
        if share:
            self.rates[featured] = min(rates[featured] * _FEATURED, 1.0)

    @classmethod
    def none(cls) -> Chance:
        """Nothing happens by chance."""
        chance = cls(0)
        chance.rates = {}
        return chance

    def strikes(self, name: str) -> bool:
        """Whether the fault happens now; counted."""
        rate = self.rates.get(name)
        if rate is None or self.stopped or self.random.random() >= rate:
            return False
        self.fired[name] += 1
        return True

    def disk_error(self, statement: str) -> sqlite3.Error | None:
        """The error of this statement, if any."""
        if statement.lower().startswith("rollback"):
            return None
        if self.strikes("disk-full"):
            return _error("database or disk is full", sqlite3.SQLITE_FULL)
        if self.strikes("disk-io-error"):
            return _error("disk I/O error", sqlite3.SQLITE_IOERR)
        return None


class RegisterFaults(Faults):
    """The virtual register's named faults: by the seed's one source, or as written."""

    def __init__(self, chance: Chance, spec: str = "", favoured: str = "") -> None:
        """`favoured` is the command that faults of the link are for: others see few."""
        super().__init__()
        self._chance = chance
        self._favoured = favoured
        self._written = Faults.parse(spec, seed=0)

    def fires(self, name: str, command: str = "") -> bool:
        if self._chance.stopped:
            return False
        self._written.wire_command = self.wire_command
        is_spared = name in _OF_LINK and self._spares(command)
        struck = not is_spared and self._chance.strikes(name)
        return struck or self._written.fires(name, command)

    def _spares(self, command: str) -> bool:
        favoured = self._favoured
        return bool(favoured) and command != favoured and self._chance.random.random() > _AT_OTHERS


class GatewayFaults:
    """The gateway's named faults. A source of their own leaves all else of a seed as it was."""

    def __init__(self, chance: Chance, seed: int) -> None:
        self._chance = chance
        self._random = Random(f"gateway {seed}")
        self._names = {name for name in FAULTS if chance.rates and self._random.random() < _ACTIVE}

    def fires(self, name: str, call: str) -> bool:
        if name not in self._names or self._chance.stopped:
            return False
        if self._random.random() >= (_AT_A_LOOK if call in _LOOKS else _AT_A_WRITE):
            return False
        self._chance.fired[f"gateway-{name}"] += 1
        return True


def _error(words: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error
