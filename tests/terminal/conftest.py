import sys

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []
"""Windows has no pseudo-terminals of this kind."""
