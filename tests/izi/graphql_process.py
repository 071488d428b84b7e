"""A process that works with IZI's adapter, for tests that kill it or run several.

``python -m tests.izi.graphql_process URL STATE post EXTERNAL_ID`` tops up once;
``… refresh TIMES`` signs in anew so many times.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from kassa_tui.izi.graphql.crm import graphql_crm
from kassa_tui.izi.graphql.sign_in import Credentials
from kassa_tui.izi.models.transaction import TransactionDraft
from tests.izi.bench import WEDNESDAY_NOON, paid
from tests.izi.virtual_izi import CLUB, EMAIL, PASSWORD


def draft(external_id: UUID) -> TransactionDraft:
    return TransactionDraft.model_validate(
        {
            "external_id": external_id,
            "type": "top_up",
            "client_id": "cl_1",
            "amount": 500_00,
            "payments": paid(cash=500_00),
            "occurred_at": WEDNESDAY_NOON,
        }
    )


async def main(url: str, state: Path, what: str, how: str) -> None:
    credentials = Credentials(EMAIL, PASSWORD)
    async with graphql_crm(url, credentials, CLUB, state, lambda: WEDNESDAY_NOON) as crm:
        if what == "post":
            external_id = UUID(how)
            await crm.post_transaction("current", draft(external_id), key=external_id)
            return
        sign_in = crm._session._sign_in
        for _ in range(int(how)):
            await sign_in.renew(sign_in._access)
            await crm.me()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
