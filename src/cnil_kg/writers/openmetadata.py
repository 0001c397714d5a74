"""OpenMetadata: suggested tags and custom properties of tables, the definitions of these, a glossary to import."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.questions import QUESTIONS
from cnil_kg.readers import openmetadata
from cnil_kg.readers.trees import Tree, listed, mapping, read_json
from cnil_kg.vocab import expand
from cnil_kg.writers.glossary import glossary
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.resources import Told, is_special, outcomes, told, values
from cnil_kg.writers.verdicts import CREATOR

_SPECIAL, _PERSONAL = "PersonalData.SpecialCategory", "PersonalData.Personal"
_CATEGORIES = ("dpv:hasPersonalData", "dpv:hasData")
_OWN: tuple[tuple[str, Text], ...] = (
    ("cnilPersonalData", Text("catégories de données, faits (IRI)", "categories of data, facts (IRIs)")),
    ("cnilViolated", Text("exigences non respectées", "requirements violated")),
    ("cnilUndetermined", Text("exigences indéterminées", "requirements undetermined")),
    ("cnilVerdicts", Text("détail des conclusions déduites (JSON)", "details of the verdicts inferred (JSON)")),
    ("cnilAsOf", Text("droit appliqué à la date du", "law applied as of")),
    ("cnilBy", Text("établi par", "worked out by")),
)
_HEADERS = (
    *("parent", "name*", "displayName", "description", "synonyms", "relatedTerms", "references", "tags"),
    *("reviewers", "owner", "glossaryStatus", "color", "iconURL", "extension"),
)


class OpenMetadata:
    """Writes for the tables of a file."""

    name = "openmetadata"
    label = Text("OpenMetadata (JSON et CSV)", "OpenMetadata (JSON and CSV)")
    parts = (
        Part("patch", Text("un correctif par table (JSON Patch)", "one patch a table (JSON Patch)")),
        Part("definitions", Text("les propriétés personnalisées (JSON)", "the custom properties (JSON)"), False),
        Part("glossary", Text("le glossaire à importer (CSV)", "the glossary to import (CSV)"), False),
    )

    def write(self, export: Export, lang: str) -> str:
        """One of the three documents.

        Raises:
            InputError: what OpenMetadata holds is not given or malformed, or the descriptions say nothing of it.
        """
        if export.part == "glossary":
            return _glossary(export, lang)
        found = _definitions(export, lang) if export.part == "definitions" else _patches(export)
        return json.dumps(list(found), ensure_ascii=False, indent=2) + "\n"


def _patches(export: Export) -> Iterator[dict[str, Tree]]:
    """A request a table that has something to be changed.

    Raises:
        InputError: nothing is said of any.
    """
    source = export.record("the table to patch", "Give it as OpenMetadata answers it: GET /api/v1/tables/{id}.")
    if not openmetadata.READER.recognises(source):
        raise InputError(
            "is no OpenMetadata table", source.name, "Give the answer of GET /api/v1/tables/{id}, in JSON."
        )
    named = ""
    known = False
    for place, tree in openmetadata.READER.tables(read_json(source)):
        table = mapping(tree, source, "", place or "the file")
        iri, id_ = openmetadata.identity(table), table.get("id") or str(table.get("href", "")).rpartition("/tables/")[2]
        if iri is None or not id_:
            raise InputError(f"the table {table.get('name')} has no id", source.name, "Give the answer of the API.")
        named = named or iri
        operations = _operations(export, iri, table)
        known = known or operations is not None
        if operations:
            yield {
                "method": "PATCH",
                "path": f"/api/v1/tables/{id_}",
                "contentType": "application/json-patch+json",
                "body": operations,
            }
    if not known:
        repair = "Describe the dataset under this name, or give the import of its record."
        raise InputError(f"the descriptions say nothing of <{named}>", source.name, repair)


def _operations(export: Export, iri: str, table: dict[str, Tree]) -> list[dict[str, Tree]] | None:
    """What is to be changed in a table, in order; None where nothing is said of it."""
    from pyoxigraph import NamedNode  # noqa: PLC0415

    categories = sorted(set(values(export, NamedNode(iri), _CATEGORIES)) - {expand("ckg:none")})
    found = told(export.found, iri)
    if found is None and not categories:
        return None
    return [*_tag(export, categories, table), *_extension(export, categories, found, table)]


def _tag(export: Export, categories: list[str], table: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    """A suggested tag, where the table bears none of its classification: those exclude each other."""
    held = listed(table.get("tags"))
    if not categories or any(str(tag.get("tagFQN", "")).startswith("PersonalData.") for tag in held):
        return
    special = any(is_special(export.rulebook, category) for category in categories)
    tag = {
        "tagFQN": _SPECIAL if special else _PERSONAL,
        "source": "Classification",
        "labelType": "Derived",
        "state": "Suggested",
    }
    yield {"op": "add", "path": "/tags/-", "value": tag} if held else {"op": "add", "path": "/tags", "value": [tag]}


def _extension(
    export: Export, categories: list[str], found: Told | None, table: dict[str, Tree]
) -> Iterator[dict[str, Tree]]:
    """Our properties; those of people stay."""
    ours: dict[str, Tree] = {"cnilPersonalData": " ".join(categories)}
    if found is not None:
        ours |= {_name(question): codes for question, codes in found.outcomes.items()}
        ours |= {"cnilViolated": " ".join(found.violated), "cnilUndetermined": " ".join(found.undetermined)}
        ours |= {"cnilVerdicts": found.text, "cnilAsOf": export.as_of, "cnilBy": CREATOR}
    ours = {name: value for name, value in ours.items() if value}
    held = table.get("extension")
    if not isinstance(held, dict):
        yield {"op": "add", "path": "/extension", "value": ours}
        return
    for name, value in ours.items():
        if held.get(name) != value:
            yield {"op": "add", "path": f"/extension/{name}", "value": value}


def _name(question: str) -> str:
    return f"cnil{question[0].upper()}{question[1:]}"


def _definitions(export: Export, lang: str) -> Iterator[dict[str, Tree]]:
    """The custom properties of tables; the server says which ids its types of property have."""
    types = _types(export)
    for question in QUESTIONS:
        codes = [*outcomes(export.rulebook, question)]
        label = f"cnil-kg: {question.name}"
        if codes:
            config = {"config": {"multiSelect": True, "values": codes}}
            yield _definition(_name(question.name), label, "enum", types) | {"customPropertyConfig": config}
        else:
            yield _definition(_name(question.name), label, "string", types)
    for name, text in _OWN:
        yield _definition(name, text.of(lang), "string", types)


def _definition(name: str, text: str, type_: str, types: dict[str, str]) -> dict[str, Tree]:
    kind = {"id": types[type_], "type": "type", "name": type_}
    return {"name": name, "displayName": text, "description": text, "propertyType": kind}


def _types(export: Export) -> dict[str, str]:
    """Name of a type of property -> its id on the server.

    Raises:
        InputError: they are not given, or lack one that is needed.
    """
    repair = "Give the answer of GET /api/v1/metadata/types?category=field&limit=100."
    source = export.record("what ids the server gives to its types of property", repair)
    answer = read_json(source)
    items = answer.get("data") if isinstance(answer, dict) else answer
    found = {str(item.get("name")): str(item.get("id")) for item in listed(items) if isinstance(item, dict)}
    for name in ("enum", "string"):
        if found.get(name, "None") == "None":
            raise InputError(f'names no type of property "{name}"', source.name, repair)
    return found


def _glossary(export: Export, lang: str) -> str:
    """CSV for an existing glossary named `cnil-kg`; the IRI of a term is its reference."""
    file = io.StringIO()
    rows = csv.DictWriter(file, _HEADERS, restval="", lineterminator="\r\n")
    rows.writeheader()
    for group in glossary(export.rulebook):
        texts = (group.label.of(lang), group.definition.of(lang))
        rows.writerow(
            {"name*": group.name, "displayName": texts[0], "description": texts[1], "glossaryStatus": "Draft"}
        )
        for term in group.terms:
            rows.writerow(
                {
                    "parent": f"cnil-kg.{group.name}",
                    "name*": term.name,
                    "displayName": term.label.of(lang),
                    "description": term.definition.of(lang),
                    "references": f"cnil-kg;{term.iri}",
                    "glossaryStatus": "Draft",
                }
            )
    return file.getvalue()


WRITER = OpenMetadata()
