"""The OpenAPI document: it is current, and the server keeps to it."""

import asyncio
import shutil
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from kassa_tui.izi.gateway import openapi
from tests.izi.bench import IVAN, GatewayBench, opened, post, top_up

DOCUMENT = Path(__file__).parents[2] / "docs" / "gateway.openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
    ignored_auth,
]


def test_the_document_says_what_the_models_say():
    assert DOCUMENT.read_text("utf-8") == openapi.text(), (
        "python -m kassa_tui.izi.gateway.openapi > docs/gateway.openapi.json"
    )


@contextmanager
def served(path, token):
    """A gateway on a thread; its URL, and ids that its CRM knows."""
    told, up, stop = {}, Event(), None

    async def serve():
        nonlocal stop
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        stop = lambda: loop.call_soon_threadsafe(ended.set)  # noqa: E731
        async with GatewayBench.open(path, token) as bench:
            shift = await opened(bench)
            row = await post(bench, shift.id, top_up(bench))
            told.update(
                url=bench.url,
                club_id=bench.club_id,
                shift_id=shift.id,
                transaction_id=row.id,
                client_id=IVAN,
            )
            up.set()
            await ended.wait()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert up.wait(20)
    try:
        yield told
    finally:
        stop()
        thread.join(20)


@pytest.fixture(scope="module")
def server(demo_file, tmp_path_factory):
    template, token = demo_file
    path = shutil.copy(template, tmp_path_factory.mktemp("openapi") / "crm.sqlite")
    with served(path, token) as told:
        yield told | {"token": token}


contract = schemathesis.openapi.from_path(DOCUMENT)
contract.config.generation.allow_extra_parameters = False  # they are ignored, as the contract says
contract.config.checks.missing_required_header.expected_statuses = [400, 401, 428]


@contract.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_server_keeps_to_the_document(case, server):
    path = case.meta.components.get(ParameterLocation.PATH)
    if path is not None and path.mode.is_positive:
        for name in case.path_parameters.keys() & server.keys():
            case.path_parameters[name] = server[name]
    headers = {"Authorization": f"Bearer {server['token']}"}
    case.call_and_validate(base_url=server["url"], headers=headers, checks=CHECKS, timeout=10)
