"""Faults that a virtual register and its link are to show, by name and by seed.

A face applies the faults of the link, the core those of the device; both ask one object.
"""

from __future__ import annotations


class FaultsError(ValueError):
    """A specification of faults that cannot be read."""


class Faults:
    """The faults of one run.

    Attributes:
        wire_command: The protocol's code of the command in work (`FF45`), set by the face, so
            that a filter by that code also reaches the faults which the core applies.
    """

    wire_command: str

    @classmethod
    def parse(cls, spec: str, seed: int) -> Faults:
        """Read `name[@where][:how]`, separated by commas; an empty text is no faults.

        Raises `FaultsError`.
        """
        raise NotImplementedError

    def fires(self, name: str, command: str = "") -> bool:
        """True when the fault is to happen now. Each call is one chance, and uses it up.

        `command` is a core command (`close_receipt`) or a protocol's code (`FF45`).
        """
        raise NotImplementedError
