"""The query page: one template, its words in French or English, the library and the names of things as data."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from pyoxigraph import Literal, NamedNode

from cnil_kg.formats.table import CODES, COLUMNS, as_json
from cnil_kg.formats.words import TRUTH, VALUES, counted
from cnil_kg.model import Text
from cnil_kg.rdf import matching
from cnil_kg.serving.words import PAGE
from cnil_kg.sparql.dataset import ONTOLOGY, Dataset
from cnil_kg.sparql.library import library
from cnil_kg.vocab import PREFIXES, RDFS

LANGUAGES = ("fr", "en")
ASSETS: Mapping[str, str] = {
    "editor.js": "text/javascript",
    "page.js": "text/javascript",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
}
_SLOT = re.compile(r"\{\{(\w+)\}\}")


class Words:
    """What the page says of a dataset: the library, the names of terms, how much was examined."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self._ready: dict[str, str] = {}

    def json(self, lang: str) -> str:
        """The data of the page in one language, worked out once; no `<` stands in it."""
        if lang not in self._ready:
            self._ready[lang] = json.dumps(self._all(lang), ensure_ascii=False).replace("<", "\\u003c")
        return self._ready[lang]

    def _all(self, lang: str) -> dict[str, Any]:
        sparql = {query.where: query.sparql for query in library().values()}
        questions = [_in_language(q, lang) | {"sparql": sparql[q["id"]]} for q in as_json(library().values())]
        e = self.data.examined
        things = {"projects": e.projects, "processings": e.processings, "datasets": e.datasets, "actors": e.actors}
        return {
            "lang": lang,
            "questions": questions,
            "texts": {name: text.of(lang) for name, text in PAGE.items()},
            "columns": _texts(COLUMNS, lang),
            "codes": _codes(lang),
            "truth": _texts(TRUTH, lang),
            "labels": self._labels(lang),
            "paths": {node.value: path for node, path in sorted(self.data.paths.items(), key=str)},
            "prefixes": PREFIXES,
            "graphs": sorted(self.data.graphs),
            "examined": counted(things, lang),
        }

    def _labels(self, lang: str) -> dict[str, str]:
        found = {}
        for quad in matching(self.data.store, None, NamedNode(RDFS + "label"), None, ONTOLOGY):
            if (
                isinstance(quad.object, Literal)
                and quad.object.language == lang
                and isinstance(quad.subject, NamedNode)
            ):
                found[quad.subject.value] = quad.object.value
        return dict(sorted(found.items()))


def page(lang: str, nonce: str, words: Words) -> str:
    """The page.

    Args:
        lang: `fr` or `en`.
        nonce: what lets the editor add its style sheet.
        words: what it says.
    """
    other = "en" if lang == "fr" else "fr"
    slots = {name: html.escape(text.of(lang)) for name, text in PAGE.items()}
    slots |= {"lang": lang, "other": other, "nonce": nonce, "data": words.json(lang)}
    slots |= {"asOf": html.escape(words.data.as_of)}
    return _SLOT.sub(lambda match: slots[match[1]], _static("page.html"))


def language(asked: str, accepted: str, default: str) -> str:
    """The language of the page: the one asked for, else the first the browser accepts, else the default."""
    if asked in LANGUAGES:
        return asked
    for part in accepted.lower().split(","):
        wanted = part.split(";")[0].strip()[:2]
        if wanted in LANGUAGES:
            return wanted
    return default


def asset(name: str) -> str:
    """The text of a file of the page; `name` is a key of ASSETS."""
    return _static(name)


def _static(name: str) -> str:
    return (files("cnil_kg.serving") / "static" / name).read_text(encoding="utf-8")


def _texts(table: Mapping[str, Text], lang: str) -> dict[str, str]:
    return {key: text.of(lang) for key, text in table.items()}


def _codes(lang: str) -> dict[str, dict[str, str]]:
    """What the values of a column mean, by column."""
    found = {column: _texts(codes, lang) for column, codes in CODES.items()}
    for (question, value), text in VALUES.items():
        found.setdefault(question, {})[value] = text.of(lang)
    return found


def _in_language(question: dict[str, Any], lang: str) -> dict[str, Any]:
    parameters = [
        p | {"text": p["text"][lang], "words": p["type"][5:-1].split(",") if p["type"].startswith("word(") else []}
        for p in question["parameters"]
    ]
    return question | {"text": question["text"][lang], "none": question["none"][lang], "parameters": parameters}
