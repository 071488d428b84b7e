"""The contract as an OpenAPI 3.1 document, for those who write the other end.

python -m kassa_tui.izi.gateway.openapi > docs/gateway.openapi.json
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from kassa_tui.izi.gateway.contract import CALLS, ID, Call
from kassa_tui.izi.gateway.problems import CONTENT_TYPE, known
from kassa_tui.izi.models.page import Order, Paging
from kassa_tui.izi.port import LookUpBy
from kassa_tui.izi.values import ReceiptId

VERSION = "1.0"

_ABOUT = """\
What a cashier station asks of a CRM.

- Money is a whole number of kopecks. A quantity is a decimal string. A time is RFC 3339 with an
  offset.
- Every `POST` that changes something needs an `Idempotency-Key`, a UUID. The same key with the same
  body gets the stored answer again, with `Idempotency-Replayed: true`; with another body 422. Only
  good answers are kept, 30 days at least. `external_id` is the second fence, for ever: what stands
  already is answered with 200.
- Unknown members are ignored, and unknown values of an enumeration break nobody; absent means null.
  Inside `/v1` the contract grows by additions only.
- A feature that `capabilities` does not list answers 501 `not-supported`.
- Clients switch on `code` of a problem body alone.
"""

_TEXT = {"type": "string"}
_REQUEST_ID = {
    "name": "X-Request-Id",
    "in": "header",
    "schema": _TEXT,
    "description": "Comes back in the answer when it is an id (1-64 of `A-Za-z0-9._:-`), and names"
    " the request in the CRM's log.",
}
_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "schema": _TEXT,
    "description": "Of the words in a problem body: `ru` (also where nothing is said) or `en`.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": _TEXT | {"format": "uuid"},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": _TEXT | {"pattern": '^"[0-9]{1,15}"$'},
    "description": "The ETag that was read.",
}
_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "schema": _TEXT,
    "description": "An ETag: 304 while it is the resource's still.",
}
_PROBLEMS = {
    400: "The request cannot be read",
    401: "No token, or one that is of no use any more",
    403: "Not by this operator, or not for this client",
    404: "There is no such thing",
    409: "Not in this state, or not for this sum",
    410: "The cursor is too old: begin again without it",
    412: "Changed since it was read",
    422: "Members out of their form or against a rule; or the key came with another body",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "A defect; it may have been done",
    501: "Not a feature of this CRM",
    502: "The CRM behind failed; it may have been done",
    503: "The CRM behind is away; nothing was done",
    504: "The CRM behind gave no answer in time; it may have been done",
}


def document() -> dict[str, Any]:
    """The whole document."""
    schemas, definitions = TypeAdapter.json_schemas(
        [(key, "validation", TypeAdapter(kind)) for key, kind in _kinds()],
        schema_generator=_Schemas,
        ref_template="#/components/schemas/{model}",
    )
    shown = {key: schema for (key, _), schema in schemas.items()}
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        operations = paths.setdefault(call.template.replace("{receipt.", "{"), {})
        operations[call.method.lower()] = _operation(call, shown)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kassa CRM Gateway", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "https://crm.example.ru/kassa"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "One token is one operator at one station.",
                }
            },
            "schemas": definitions["$defs"] | {"Problem": _problem()},
            "responses": {str(status): _refusal(status) for status in _PROBLEMS},
        },
    }


class _Schemas(GenerateJsonSchema):
    """Without the titles that repeat names; with the words that stand below the fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        told = super().model_schema(schema)
        told.pop("title", None)
        for name, words in _docstrings(schema["cls"]).items():
            if name in told["properties"]:
                told["properties"][name]["description"] = words
        return told

    def enum_schema(self, schema: Any) -> JsonSchemaValue:
        told = super().enum_schema(schema)
        if schema["cls"].__doc__ is None:
            told.pop("description", None)  # that of the class above
        return told


def _docstrings(kind: type[BaseModel]) -> dict[str, str]:
    """The words below each field, those of the classes above included."""
    kind = kind.__pydantic_generic_metadata__["origin"] or kind
    above = kind.__base__
    words = _docstrings(above) if above is not None and above is not BaseModel else {}
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                words[name] = inspect.cleandoc(text)
    return words


def _kinds() -> Iterator[tuple[str, Any]]:
    """Every type that stands in the document, under a name."""
    for call in CALLS:
        yield f"{call.name} answer", call.answer
        if call.body is not None:
            yield f"{call.name} body", call.parameters[call.body]
        for name, kind in call.filters.items():
            yield f"{call.name} {name}", get_args(kind)[0]


def _operation(call: Call[Any, Any], shown: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.name.replace("_", " ").capitalize(),
        "parameters": [*_parameters(call, shown), _LANGUAGE, _REQUEST_ID],
        "responses": _responses(call, shown),
    }
    if call.says:
        operation["description"] = call.says
    if call.body is not None:
        schema = shown[f"{call.name} body"]
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(call: Call[Any, Any], shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for field in call.fields:
        name = field.rpartition(".")[2]
        pattern = TypeAdapter(ReceiptId).json_schema()["pattern"]
        schema = _TEXT | {"pattern": pattern if "." in field else f"^{ID.pattern}$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name in call.filters:
        yield {"name": name, "in": "query", "schema": shown[f"{call.name} {name}"]}
    if "by" in call.parameters:
        for name in LookUpBy:
            yield {
                "name": name.value,
                "in": "query",
                "schema": _TEXT,
                "description": "Exactly one of the look-ups is given.",
            }
    if "paging" in call.parameters:
        default: Paging = call.default("paging")
        limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": default.limit}
        order = {"enum": [one.value for one in Order], "default": default.order.value}
        yield {"name": "limit", "in": "query", "schema": limit}
        yield {"name": "cursor", "in": "query", "schema": _TEXT | {"maxLength": 512}}
        yield {"name": "order", "in": "query", "schema": _TEXT | order}
    if "key" in call.parameters:
        yield _KEY
    if "version" in call.parameters:
        yield _MATCH
    if _may_be_unchanged(call):
        yield _NONE_MATCH


def _responses(call: Call[Any, Any], shown: dict[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {"X-Request-Id": {"schema": _TEXT, "required": True}}
    if "version" in call.answer.model_fields:
        headers["ETag"] = {"schema": _TEXT, "required": True}
    if "key" in call.parameters:
        headers["Idempotency-Replayed"] = {"schema": {"const": "true"}}
    done = {
        "description": "Done",
        "headers": headers,
        "content": {"application/json": {"schema": shown[f"{call.name} answer"]}},
    }
    told: dict[str, Any] = {"200": done}
    if call.is_written:
        told = {"200": done | {"description": "It stands already, or was changed"}}
        told["201"] = done | {"description": "Made"}
    if _may_be_unchanged(call):
        told["304"] = {"description": "Not changed"}
    refused = {400, 401, 403, 404, 429, 500, 501, 502, 503, 504}
    if call.method != "GET":
        refused |= {409, 422}
    if call.is_page:
        refused |= {410, 422}
    if "version" in call.parameters:
        refused |= {412, 428}
    for status in sorted(refused):
        told[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return told


def _may_be_unchanged(call: Call[Any, Any]) -> bool:
    return call.method == "GET" and "version" in call.answer.model_fields


def _refusal(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = {
        "X-Request-Id": {"schema": _TEXT, "required": True},
        "Content-Language": {"schema": _TEXT},
    }
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"const": "Bearer"}, "required": True}
    if status == 429:
        headers["Retry-After"] = {"schema": {"type": "integer", "minimum": 0}}
    return {
        "description": _PROBLEMS[status],
        "headers": headers,
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _problem() -> dict[str, Any]:
    fault = dict.fromkeys(("pointer", "code", "detail"), _TEXT)
    return {
        "description": "RFC 9457. Some codes have members of their own.",
        "type": "object",
        "properties": {
            "type": _TEXT | {"pattern": "^urn:problem-type:kassa:"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": {"enum": sorted(known())},
            "retryable": {"type": "boolean"},
            "request_id": _TEXT,
            "detail": _TEXT,
            "instance": _TEXT,
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": fault,
                    "required": sorted(fault),
                },
            },
        },
        "required": ["type", "title", "status", "code", "retryable", "request_id"],
    }


def text() -> str:
    """The document as it stands in `docs`."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
