"""OpenMetadata: the tables of `GET /api/v1/tables`, with their tags, page by page.

Source: the REST API of OpenMetadata 1.x; pages follow `paging.after`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnil_kg.connectors.record import Page
from cnil_kg.connectors.web import Web, shown
from cnil_kg.errors import InputError

_LIMIT = 100
_FIELDS = "tags,columns,extension,joins"
"""What is asked for: neither `sampleData` nor `profile`, which hold data."""


class OpenMetadata:
    """`https://…/api/v1/tables`, or one table by its id or `name/…`."""

    name = "openmetadata"
    mark = "/api/v1/tables"

    def pages(self, web: Web, url: str, after: str) -> Iterator[Page]:
        """The tables, `_LIMIT` at a time."""
        base, _, query = url.rstrip("/").partition("?")
        asked = f"{base}?{query}" if query else base
        if not base.endswith("/tables"):
            table = web.json(asked, {"fields": _FIELDS})
            yield Page(((_name(table), table),), "")
            return
        while True:
            params: dict[str, str | int] = {"limit": _LIMIT, "fields": _FIELDS}
            answer = web.json(asked, {**params, "after": after} if after else params)
            tables = answer.get("data") if isinstance(answer, dict) else None
            if not isinstance(tables, list):
                raise InputError("the answer has no `data`", shown(url), "Check the address of the API.")
            paging = answer.get("paging")
            after = str(paging.get("after") or "") if isinstance(paging, dict) else ""
            yield Page(tuple((_name(t), t) for t in tables), after)
            if not after:
                return


def _name(table: object) -> str:
    return str(table.get("fullyQualifiedName") or table.get("name")) if isinstance(table, dict) else "?"


CONNECTOR = OpenMetadata()
