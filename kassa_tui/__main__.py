"""`python -m kassa_tui` is `kassa`."""

import sys

from kassa_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
