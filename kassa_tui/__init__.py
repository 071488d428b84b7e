"""Kassa, the cashier station of a computer club."""
