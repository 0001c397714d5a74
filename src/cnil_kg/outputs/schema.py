"""The JSON Schema of the YAML form, for editors: keys, closed lists, and what each key means."""

from __future__ import annotations

from typing import Any

from cnil_kg.inputs.shortnames import CLASSES, KEYWORDS, LINKS, TEXTS, Key
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import NONE

_NAME = {"type": "string", "pattern": '^[^\\s<>"{}|^`\\\\]+$'}
_PLAIN: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": 0},
    "decimal": {"type": "number"},
    "date": {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}"},
    "duration": {"type": "string", "pattern": "^P\\d.*"},
    "text": {"type": "string"},
}
_TYPE = {"anyOf": [{"enum": sorted(CLASSES)}, {"type": "string", "pattern": ":"}]}
_NODE = {"$ref": "#/$defs/node"}
_ONE_TEXT = {"type": "string"}
_TEXTS = {"anyOf": [_ONE_TEXT, {"type": "array", "items": _ONE_TEXT}]}


def description_schema(book: Rulebook) -> dict[str, Any]:
    """The schema as a JSON object (draft 2020-12).

    Args:
        book: whose facts are the keys, and whose labels say what they mean.
    """
    names = book.terms.short
    kinds = {key.name if key.closed else key.kind: _values(book, key) for key in names.keys.values()}
    properties = {key.name: _property(book, key) for key in names.keys.values()}
    node_keywords: dict[str, Any] = {
        "id": _NAME,
        "type": _several({"$ref": "#/$defs/type"}),
        "value": {"type": ["string", "boolean", "number"]},
        "lang": _ONE_TEXT,
        "datatype": _NAME,
    }
    assert set(node_keywords) | {"graph"} == set(KEYWORDS)
    node: dict[str, Any] = {
        "type": ["object"],
        "properties": node_keywords | properties,
        "patternProperties": {"^[^:]+:": {}},
    }
    header = {
        "base": _NAME,
        "prefixes": {"type": ["object", "null"], "additionalProperties": _NAME},
        "graph": {"type": "array", "items": _NODE},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cnil-kg description",
        "$defs": {"node": node | {"additionalProperties": False}, "type": _TYPE} | kinds,
        "type": "object",
        "properties": header | node["properties"],
        "patternProperties": node["patternProperties"],
        "additionalProperties": False,
    }


def _property(book: Rulebook, key: Key) -> dict[str, Any]:
    value = {"$ref": f"#/$defs/{key.name if key.closed else key.kind}"}
    found = value if key.kind == "language" else _several(value)
    return found if key.name in {**LINKS, **TEXTS} else {"description": _both(book, key.iri)} | found


def _values(book: Rulebook, key: Key) -> dict[str, Any]:
    """What one value of the key may be."""
    if key.kind == "language":
        by_language = {"type": "object", "additionalProperties": _TEXTS}
        return {"anyOf": [*_TEXTS["anyOf"], by_language, {"type": "null"}]}
    if key.closed:
        iris = book.terms.short.values
        listed = [{"const": name, "description": _both(book, iris.get(name, NONE))} for name in key.values]
        plain = [*listed, {"type": "string", "pattern": ":"}]
    else:
        plain = [_NAME] if key.names_nodes else [_PLAIN[key.kind]]
    return {"anyOf": [*plain, _NODE, {"type": "null"}]}


def _both(book: Rulebook, iri: str) -> str:
    label = book.label(iri)
    return f"{label.fr} / {label.en}"


def _several(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "array", "items": one}]}
