"""The virtual register as KkmServer shows it: JSON commands over HTTP."""

from drivers.virtual.asgi import ConnectionDropped
from drivers.virtual.kkmserver_face.face import ConnectionKeptOut, KkmServerFace
from drivers.virtual.kkmserver_face.habits import Habits, Profile, Quirk, Repeat

__all__ = [
    "ConnectionDropped",
    "ConnectionKeptOut",
    "Habits",
    "KkmServerFace",
    "Profile",
    "Quirk",
    "Repeat",
]
