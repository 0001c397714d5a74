"""The SPARQL 1.1 Protocol: what an HTTP request asks (https://www.w3.org/TR/sparql11-protocol/, section 2)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from cnil_kg.errors import QueryError
from cnil_kg.serving.limits import Refusal
from cnil_kg.sparql.guard import GRAPHS, MAX_LENGTH, Guarded, guard

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
SLOW = 10.0
"""Seconds a client may take to send its request."""
MAX_FIELDS = 200
READ_ONLY = "This endpoint only reads: updates are refused."


@dataclass(frozen=True)
class Asked:
    """A query and the dataset the protocol asks for; `text` is None when there is no query."""

    text: str | None
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


async def asked(request: Request, max_body: int) -> Asked:
    """What a GET, HEAD or POST request asks.

    Raises:
        Refusal: 400 it is not well formed, 413 it is too long, 415 another media type.
    """
    fields = parsed(request.url.query)
    if request.method != "POST":
        return _asked(fields)
    type_, parameters = _media_type(request.headers.get("content-type", ""))
    body = await body_of(request, max_body)
    if type_ == UPDATE:
        raise Refusal(400, READ_ONLY)
    if type_ not in (FORM, DIRECT):
        raise Refusal(415, f"Send a query as {DIRECT} or {FORM}.")
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8"):
        raise Refusal(415, "Send the query in UTF-8.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(400, "The query is not text in UTF-8.") from None
    return _asked(fields + ([("query", text)] if type_ == DIRECT else parsed(text)))


async def body_of(request: Request, max_body: int) -> bytes:
    """The body, within its bound and in time."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_body:
        raise Refusal(413, f"The request is longer than {max_body} bytes.")

    async def read() -> bytes:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > max_body:
                raise Refusal(413, f"The request is longer than {max_body} bytes.")
        return body

    try:
        return await asyncio.wait_for(read(), SLOW)
    except asyncio.TimeoutError:
        raise Refusal(408, f"The request took more than {SLOW:g} seconds to arrive.") from None


def parsed(text: str) -> list[tuple[str, str]]:
    """The fields of a query string or a form.

    Raises:
        Refusal: they are too many, or not in UTF-8.
    """
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise Refusal(400, "The request is not text in UTF-8.") from None
    except ValueError:
        raise Refusal(400, f"The request has more than {MAX_FIELDS} fields.") from None


def _asked(fields: Sequence[tuple[str, str]]) -> Asked:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    for name in values:
        if name == "update":
            raise Refusal(400, READ_ONLY)
        if name.endswith("graph-uri") and name not in ("default-graph-uri", "named-graph-uri"):
            raise Refusal(400, f"{name} is no parameter of a query; use default-graph-uri or named-graph-uri.")
    queries = values.get("query", [])
    if len(queries) > 1:
        raise Refusal(400, "Send one query, once.")
    default, named = (tuple(values.get(f"{kind}-graph-uri", ())) for kind in ("default", "named"))
    if queries and len(queries[0]) > MAX_LENGTH:
        raise Refusal(413, f"The query is longer than {MAX_LENGTH} characters.")
    return Asked(queries[0] if queries else None, default, named)


def checked(query: Asked, graphs: Collection[str]) -> Guarded:
    """What the guard says of a query, and that the graphs it asks for are loaded.

    Raises:
        Refusal: the query is refused (400).
    """
    for iri in (*query.default, *query.named):
        if iri not in graphs:
            raise Refusal(400, f"The graph {iri} is not loaded, and nothing is fetched. {GRAPHS}")
    try:
        return guard(query.text or "", graphs)
    except QueryError as error:
        raise Refusal(400, str(error)) from error


def _media_type(header: str) -> tuple[str, Mapping[str, str]]:
    type_, *parameters = (part.strip() for part in header.split(";"))
    pairs = (part.partition("=") for part in parameters)
    return type_.lower(), {name.strip().lower(): value.strip(' "').lower() for name, _, value in pairs}
