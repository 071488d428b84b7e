"""Everything before a push: format, lint, types, import floors, tests.

.venv/bin/python .ci/check.py            formats in place, then checks
.venv/bin/python .ci/check.py --ci       only looks; leaves the tests to the caller
"""

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))


def main() -> int:
    ci = "--ci" in sys.argv[1:]
    steps = [
        ["ruff", "format", *(["--check"] if ci else []), "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
    ]
    if not ci:
        steps.append(["pytest"])
    failed = []
    for step in steps:
        print(f"== {' '.join(step)}", flush=True)
        if subprocess.run([SCRIPTS / step[0], *step[1:]], cwd=ROOT, check=False).returncode:
            failed.append(step[0])
    if failed:
        print(f"failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
