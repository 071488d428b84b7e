"""KkmServer behind the driver: its wire, its habits, and what is done to its computer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta, tzinfo
from functools import partial
from random import Random
from uuid import UUID

from drivers.ffd.enumerations import FfdVersion
from drivers.kkmserver.driver import KkmServerRegister
from drivers.register import FiscalRegister
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import Habits, KkmServerFace, Quirk, Repeat
from drivers.virtual.kkmserver_face.answers import Answer
from drivers.virtual.kkmserver_face.failures import LINK_LOST, Failure
from drivers.virtual.kkmserver_face.habits import Profile
from drivers.virtual.kkmserver_face.kkt import Kkt
from drivers.virtual.kkmserver_face.reading import Fields
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from tests.simulation.chance import KKMSERVER_RATES
from tests.simulation.http import Http
from tests.simulation.machine import Process
from tests.simulation.registers import Kind, Surroundings

RECEIPT = "RegisterCheck"
DEVICES = ("num_device=1", "kkt_number={serial}", "inn={inn}")
_QUIRKY = 0.15
"""Of each quirk, in a seed that has any."""
_UNREADABLE = ({Quirk.CONTROL_KEYS, Quirk.RAW_CONTROL_KEYS, Quirk.NO_DATES}, {Quirk.FEW_KEYS})
"""One of the first with one of the second: the tape tells no document's date or number at all."""
ACTIVE_AGAIN_S = 20
"""After so long somebody switches on what an error has made inactive."""


class KkmServerConnection:
    """The `Line` of its HTTP."""

    def __init__(self, repeat: Repeat | None, world: Surroundings) -> None:
        """`repeat`: None is drawn."""
        self._world = world
        self._random = random = Random(f"kkmserver {world.seed}")
        self._ids = Random(f"commands {world.seed}")
        self._habits = _drawn(random, repeat or random.choice(tuple(Repeat)))
        is_old = self._habits.profile is Profile.LEGACY
        self.ffd_version = FfdVersion.V1_05 if is_old else FfdVersion.V1_2
        self._device = random.choice(DEVICES)
        self._http = Http(world.loop, self, lambda: self._face)
        self._computer_is_on = True
        self._service_goes_with_register = random.random() < 0.5
        """Whether they hang on one socket."""

    def driver(self, zone: tzinfo) -> FiscalRegister:
        registration = self._register.registration
        device = self._device.format(serial=registration.serial_number, inn=registration.owner_inn)
        return KkmServerRegister(
            f"http://till:5893?{device}",
            timezone=zone,
            requisite_name=PAYMENT_ID_REQUISITE,
            transport=self._http,
            new_id=lambda: UUID(bytes=self._ids.randbytes(16), version=4),
            clock=self._world.now,
        )

    async def serve(self, register: VirtualRegister) -> None:
        """Behind the service as it stands, or behind one that was started anew."""
        is_first = not hasattr(self, "_face")
        self._register = register
        if not is_first and self._random.random() < 0.5:
            self._watch(self._face.service.kkt, register)
            return
        self._face = KkmServerFace(register, self._habits)
        self._watch(self._face.service.kkt, register)
        if not is_first:
            self._http.cut()

    def break_off(self) -> None:
        """The service stays, and has no register."""

    def switch(self, on: bool) -> None:
        kkt = self._face.service.kkt
        if on:
            self._register.restart()
            kkt.on = True
        else:
            kkt.on = self._random.random() < 0.5
        if self._service_goes_with_register:
            self._switch_computer(on)

    def leave(self, process: Process) -> None:
        self._http.leave(process)

    def happen(self, later: float) -> None:
        chance, loop = self._world.chance, self._world.loop

        def for_a_while(switch: Callable[[bool], None], choices: tuple[float, ...]) -> None:
            loop.call_later(later, switch, False)
            loop.call_later(later + self._random.choice(choices), switch, True)

        if chance.strikes("computer-off"):
            for_a_while(self._switch_computer, (0.3, 20.0, 90.0))
        if chance.strikes("device-switched-off"):
            for_a_while(self._switch_device, (5.0, 40.0))
        if chance.strikes("service-started-anew"):
            loop.call_later(later, self._face.service.restart)

    def clear(self) -> None:
        self._switch_computer(True)
        self._switch_device(True)
        self._face.service.kkt.active = True

    # As `http.Line`

    def connects(self) -> bool | None:
        chance = self._world.chance
        if chance.strikes("http-connect-hangs"):
            return None
        is_away = not self._computer_is_on or self._face._away is not None
        return not is_away and not chance.strikes("http-refused")

    def leaves(self, body: bytes) -> None:
        self._world.note(">", body.decode())
        command = json.loads(body)["Command"]
        if command == RECEIPT:
            self._world.receipt_leaves(command, closes=True)

    def delay(self, *, to_service: bool) -> float | None:
        chance = self._world.chance
        self._world.note("> arrives" if to_service else "< answer")
        if chance.strikes("http-cut"):
            return None
        if chance.strikes("http-delay"):
            return chance.random.choice((0.005, 0.5, 4.0, 12.0))
        return 0.0

    # What is done to it

    def _switch_computer(self, on: bool) -> None:
        """That of the service: it knows no command afterwards."""
        if on and not self._computer_is_on:
            self._face.service.restart()
        elif not on:
            self._http.cut()
        self._computer_is_on = on

    def _switch_device(self, on: bool) -> None:
        """In the settings of the service."""
        self._face.service.kkt.on = on

    def _watch(self, kkt: Kkt, register: VirtualRegister) -> None:
        """Have `kkt` work with the register as long as that stands there, and has power."""
        kkt.register = register
        kkt._unfinished = False

        def execute(command: str, fields: Fields) -> Answer:
            try:
                if self._register is not register or not self._world.power_is_on:
                    raise kkt._failed(Failure(LINK_LOST))
                return Kkt.execute(kkt, command, fields)
            finally:
                if not kkt.active:
                    self._world.loop.call_later(ACTIVE_AGAIN_S, setattr, kkt, "active", True)

        kkt.execute = execute  # type: ignore[method-assign]


def _drawn(random: Random, repeat: Repeat) -> Habits:
    """How the service of this seed is set up."""
    quirks = {one for one in Quirk if random.random() < _QUIRKY} if random.random() < 0.6 else set()
    keys, few = _UNREADABLE
    if quirks & keys and quirks & few:
        quirks -= few
    return Habits(
        profile=Profile.LEGACY if random.random() < 0.2 else Profile.MODERN,
        repeat=repeat,
        quirks=quirks,
        not_active_on_error=random.random() < 0.15,
        no_error_on_open_close_shift=random.random() < 0.2,
        pay_by_processing=random.random() < 0.3,
        search=timedelta(seconds=random.choice((0, 0, 5))),
        late_answer=timedelta(seconds=random.choice((5, 20, 90))),
        away=timedelta(seconds=random.choice((1, 5, 60))),
    )


def kkmserver(repeat: Repeat | None = None) -> Kind:
    """That repeats an id in this manner; None: each seed in its own."""
    return Kind("kkmserver", KKMSERVER_RATES, RECEIPT, partial(KkmServerConnection, repeat))
