"""Benchmarks: `python -m tests.benchmarks.NAME` prints a table, `--json` one line of figures.

Figures are ratios within one run wherever they can be; a bare millisecond says more about
the machine than about the program.
"""
