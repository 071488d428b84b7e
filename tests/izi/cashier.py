"""A process that takes top-ups of 1.00 for ever and says which were acknowledged; to be killed.

python -m tests.izi.cashier FILE TOKEN
"""

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from tests.izi.bench import EmbeddedBench, opened, post, top_up


async def main(path: Path, token: str) -> None:
    async with EmbeddedBench.open(path, token) as bench:
        shift = await opened(bench)
        while True:
            row = await post(bench, shift.id, top_up(bench, 100, external_id=uuid4()))
            print(row.external_id, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
