"""The bugs, by the piece of the product that each of them spoils."""

from tests.planted_bugs.bugs import crm, finding, register, sending, tills, writing
from tests.planted_bugs.planting import BUGS

__all__ = ["BUGS", "crm", "finding", "register", "sending", "tills", "writing"]
