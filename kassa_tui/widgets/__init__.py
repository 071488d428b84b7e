"""Pieces of screens. They draw what they are given and tell what was typed."""
