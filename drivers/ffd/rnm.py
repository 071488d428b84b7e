"""The registration number of a register (РНМ, 1037): ten digits and six of a check.

The check is CRC-16/CCITT-FALSE, in decimal, of the ten digits, the owner's INN padded with
zeros to twelve and the register's serial number padded with zeros to twenty. So a number
belongs to one owner and one device.
"""

from __future__ import annotations

from binascii import crc_hqx


def registration_number(number: str, owner_inn: str, serial_number: str) -> str:
    """The sixteen digits for `number` (at most ten digits, given out by the tax service).

    Raises:
        ValueError: A part is no number or too long.
    """
    parts = (number, 10), (owner_inn, 12), (serial_number, 20)
    for part, length in parts:
        if not (part.isascii() and part.isalnum()) or len(part) > length:
            raise ValueError(f"{part!r} is no part of a registration number")
    checked = "".join(part.zfill(length) for part, length in parts)
    return f"{number.zfill(10)}{crc_hqx(checked.encode(), 0xFFFF):06d}"


def is_valid_registration_number(rnm: str, owner_inn: str, serial_number: str) -> bool:
    """True when `rnm` (padding allowed) belongs to this owner and this device."""
    rnm = rnm.strip()
    try:
        return rnm == registration_number(rnm[:10], owner_inn.strip(), serial_number.strip())
    except ValueError:
        return False
