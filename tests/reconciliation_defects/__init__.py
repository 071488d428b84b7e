"""Shifts with planted defects, of which the truth is known: is every row classed right?

python -m tests.reconciliation_defects [--shifts N] [--start SEED] [--rows N] [--json]
"""
