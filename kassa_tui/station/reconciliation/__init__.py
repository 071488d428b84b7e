"""Reconciliation: what the CRM has of a shift beside what the FN has, and how they are mended."""
