"""Fiscal registers and fiscal document formats. Knows nothing of any program that uses it."""
