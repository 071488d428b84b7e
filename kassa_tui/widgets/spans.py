"""Lengths of time in words."""

from __future__ import annotations

from datetime import timedelta

from kassa_tui.words import _


def span(length: timedelta) -> str:
    """`3 s`, `12 min`, `5 h 12 min`, `2 d 3 h`; negative lengths count as none."""
    seconds = max(0, length // timedelta(seconds=1))
    if seconds < 60:
        return _("{seconds} s").format(seconds=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
    days, hours = divmod(hours, 24)
    return _("{days} d {hours} h").format(days=days, hours=hours)
