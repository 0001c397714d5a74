"""CKAN: the packages of a catalog by `package_search`, or one by `package_show`.

Source: the API guide of CKAN 2.10, action API version 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from cnil_kg.connectors.record import Page
from cnil_kg.connectors.web import Web, shown
from cnil_kg.errors import InputError
from cnil_kg.readers.trees import Tree

_ROWS = 100


class Ckan:
    """`https://…/api/3/action/package_search?q=…`, or `package_show?id=…`."""

    name = "ckan"
    mark = "/api/3/action"

    def pages(self, web: Web, url: str, after: str) -> Iterator[Page]:
        """The packages, `_ROWS` at a time, in the order of their ids."""
        base, _, query = url.partition("?")
        if base.endswith("package_show"):
            package = self._result(web.json(url), url)
            yield Page(((str(package.get("name") or package.get("id")), package),), "")
            return
        base = base.rstrip("/")
        base += "" if base.endswith("package_search") else "/package_search"
        start = int(after or 0)
        asked = f"{base}?{query}" if query else base
        while True:
            found = self._result(web.json(asked, {"rows": _ROWS, "start": start, "sort": "id asc"}), url)
            packages, total = found.get("results"), found.get("count")
            if not isinstance(packages, list) or not isinstance(total, int):
                raise InputError("the answer has no `results` and `count`", shown(url), "Check the address of the API.")
            start += len(packages)
            last = start >= total or not packages
            yield Page(tuple((_name(p), p) for p in packages), "" if last else str(start))
            if last:
                return

    def _result(self, answer: Tree, url: str) -> dict[str, Tree]:
        if not isinstance(answer, dict) or answer.get("success") is not True:
            message = answer.get("error", {}).get("message", "") if isinstance(answer, dict) else ""
            raise InputError(
                f"CKAN answers no success: {message or 'no reason given'}", shown(url), "Check the address."
            )
        result = answer.get("result")
        if not isinstance(result, dict):
            raise InputError(
                "the answer has no `result`", shown(url), f"Check the address of {urlsplit(url).hostname}."
            )
        return result


def _name(package: Tree) -> str:
    return str(package.get("name") or package.get("id")) if isinstance(package, dict) else "?"


CONNECTOR = Ckan()
