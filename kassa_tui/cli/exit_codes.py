"""What the exit code of a command says. Stable: scripts rely on it."""

from __future__ import annotations

DONE = 0
BAD_INPUT = 2
"""Arguments, settings or input that cannot be used; nothing was asked of the station."""
UNFINISHED = 3
"""Noted and waiting, or nobody knows yet: ask again with the same id, never with a new one."""
REFUSED = 4
"""The station, the register or the CRM refuses; nothing was done."""
AWAY = 5
"""Station, register or CRM do not answer; nothing was done."""
DIFFERENCES = 6
"""`reconcile`: the shift was compared, and not everything is matched."""

HELP = (
    "exit codes: 0 done; 2 bad input; 3 queued or unknown (ask again with the same id);"
    " 4 refused; 5 station, register or CRM away"
)
