"""The serial ports of this computer."""

from __future__ import annotations


def serial_ports() -> tuple[str, ...]:
    """Their names, sorted. May take a while: not on an event loop."""
    from serial.tools.list_ports import comports

    return tuple(sorted(port.device for port in comports()))
