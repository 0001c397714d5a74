"""Apache Atlas (also Purview): type definitions, business metadata for the verdicts, classifications for the facts.

Verdicts are business metadata, which stays on its entity; categories of data are classifications, which go down the
lineage (`propagate`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.questions import QUESTIONS
from cnil_kg.readers.trees import Tree
from cnil_kg.vocab import DCAT, DCT, NONE, RDF, shrink
from cnil_kg.writers.names import safe
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.resources import Told, is_special, outcomes, told, values
from cnil_kg.writers.verdicts import CREATOR

_METADATA = "CNIL_Verdict"
_PERSONAL, _SPECIAL = "CNIL_PersonalData", "CNIL_SpecialCategoryData"
_HEADERS = (
    *("EntityType", "EntityUniqueAttributeValue", "BusinessAttributeName", "BusinessAttributeValue"),
    "EntityUniqueAttributeName[optional]",
)
_APPLIES = {"applicableEntityTypes": '["DataSet","Process"]', "maxStrLength": "2000"}
_SHOWN = 20
"""How many missing facts a line names, so that it stays within the length that Atlas is told."""
_TEXTS = ("violated", "undetermined", "details")


class Atlas:
    """Writes for datasets and processings; their qualified name is the stated identifier, else the IRI."""

    name = "atlas"
    label = Text("Apache Atlas, Purview (JSON et CSV)", "Apache Atlas, Purview (JSON and CSV)")
    parts = (
        Part("metadata", Text("les conclusions (CSV d'import)", "the verdicts (CSV for import)")),
        Part("classifications", Text("les catégories de données (JSON)", "the categories of data (JSON)")),
        Part("typedefs", Text("les définitions de types (JSON)", "the type definitions (JSON)"), False),
    )

    def write(self, export: Export, lang: str) -> str:
        """One of the three documents.

        Raises:
            InputError: the descriptions name no dataset and no processing, or state no category of data.
        """
        if export.part == "metadata":
            return _metadata(export)
        found = _typedefs(export, lang) if export.part == "typedefs" else _classifications(export)
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _entities(export: Export) -> Iterator[tuple[str, NamedNode]]:
    """What is described under a name of its own, with the type of Atlas that every such thing has."""
    type_, dataset = RDF + "type", DCAT + "Dataset"
    datasets = {
        t.subject for t in export.stated if t.predicate.value == type_ and getattr(t.object, "value", "") == dataset
    }
    for kind, nodes in (("DataSet", datasets), ("Process", set(export.processings))):
        for node in sorted(nodes, key=str):
            if isinstance(node, NamedNode) and not node.value.startswith("urn:cnil-kg:"):
                yield kind, node


def _qualified(export: Export, node: NamedNode) -> str:
    """The one identifier that is stated, else the IRI; never a title."""
    found = {
        t.object.value
        for t in export.by_subject.get(node, ())
        if t.predicate.value == DCT + "identifier" and isinstance(t.object, Literal)
    }
    return found.pop() if len(found) == 1 else node.value


def _metadata(export: Export) -> str:
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(_HEADERS)
    written = False
    for kind, node in _entities(export):
        found = told(export.found, node.value)
        if found is None:
            continue
        written = True
        for name, texts in _attributes(export, found):
            joined = "|".join(text.replace("|", " ") for text in texts)
            cells = (kind, _qualified(export, node), f"{_METADATA}.{name}", joined, "qualifiedName")
            rows.writerow([safe(cell) for cell in cells])
    if not written:
        repair = "Describe a dataset or a processing, with an IRI or an identifier."
        raise InputError("there is nothing to tell Atlas", ", ".join(export.found.inputs), repair)
    return file.getvalue()


def _attributes(export: Export, found: Told) -> Iterator[tuple[str, list[str]]]:
    yield from found.outcomes.items()
    if found.violated:
        yield "violated", found.violated
    if found.undetermined:
        yield "undetermined", found.undetermined
    yield "details", [_line(verdict) for verdict in found.verdicts]
    yield "asOf", [export.as_of]
    yield "by", [CREATOR]


def _line(verdict: dict[str, Tree]) -> str:
    """A verdict in one line: what, where from, what is missing."""
    said = [f"{verdict['question'] or ', '.join(verdict['rules'])}={verdict['outcome']} ({verdict['state']})"]
    said += [verdict["fiche"], ", ".join(verdict["rules"]), ", ".join(verdict["articles"])]
    if verdict["toBeConfirmed"]:
        said.append("to be confirmed")
    if verdict["processing"]:
        said.append(f"for {verdict['processing']}")
    if verdict["missing"]:
        names = [shrink(fact) for fact in verdict["missing"]]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        said.append(f"missing {', '.join(names[:_SHOWN])}{more}")
    return "; ".join(part for part in said if part)


def _classifications(export: Export) -> list[dict[str, Tree]]:
    """One request a dataset: what it is classified as, with the categories of its data."""
    found = []
    for kind, node in _entities(export):
        names = ("dpv:hasPersonalData", "dpv:hasData")
        categories = sorted(set(values(export, node, names)) - {NONE}) if kind == "DataSet" else []
        if categories:
            special = any(is_special(export.rulebook, category) for category in categories)
            bases = sorted(set(values(export, node, ("dpv:hasLegalBasis",))))
            attributes = {"categories": categories, "legalBasis": bases, "state": "stated", "by": CREATOR}
            body = {"typeName": _SPECIAL if special else _PERSONAL, "propagate": True, "attributes": attributes}
            found.append(
                {
                    "method": "POST",
                    "path": f"/api/atlas/v2/entity/uniqueAttribute/type/{kind}/classifications",
                    "query": {"attr:qualifiedName": _qualified(export, node)},
                    "body": [body],
                }
            )
    if not found:
        repair = "Nothing is to be classified: state dpv:hasPersonalData."
        raise InputError("no dataset states a category of data", ", ".join(export.found.inputs), repair)
    return found


def _typedefs(export: Export, lang: str) -> dict[str, Tree]:
    enums, attributes = [], []
    for question in QUESTIONS:
        codes = outcomes(export.rulebook, question)
        name = f"CNIL_{question.name[0].upper()}{question.name[1:]}"
        if codes:
            elements = [
                {"value": code, "description": label.of(lang), "ordinal": place}
                for place, (code, label) in enumerate(codes.items())
            ]
            enums.append({"category": "ENUM", "name": name, "typeVersion": "1.0", "elementDefs": elements})
        attributes.append(_attribute(question.name, f"array<{name if codes else 'string'}>", _APPLIES))
    attributes += [_attribute(name, "array<string>", _APPLIES) for name in _TEXTS]
    attributes += [_attribute(name, "string", _APPLIES) for name in ("asOf", "by")]
    facts = [_attribute("categories", "array<string>"), _attribute("legalBasis", "array<string>")]
    facts += [_attribute("state", "string"), _attribute("by", "string")]
    return {
        "enumDefs": enums,
        "structDefs": [],
        "classificationDefs": [
            {"category": "CLASSIFICATION", "name": _PERSONAL, "typeVersion": "1.0", "attributeDefs": facts},
            {
                "category": "CLASSIFICATION",
                "name": _SPECIAL,
                "typeVersion": "1.0",
                "superTypes": [_PERSONAL],
                "attributeDefs": [],
            },
        ],
        "entityDefs": [],
        "relationshipDefs": [],
        "businessMetadataDefs": [
            {
                "category": "BUSINESS_METADATA",
                "name": _METADATA,
                "typeVersion": "1.0",
                "description": Text("Conclusions de cnil-kg", "Verdicts of cnil-kg").of(lang),
                "attributeDefs": attributes,
            }
        ],
    }


def _attribute(name: str, type_: str, options: dict[str, str] | None = None) -> dict[str, Tree]:
    many = type_.startswith("array<")
    found: dict[str, Tree] = {
        "name": name,
        "typeName": type_,
        "isOptional": True,
        "cardinality": "SET" if many else "SINGLE",
        "valuesMinCount": 0,
        "valuesMaxCount": 2147483647 if many else 1,
        "isUnique": False,
        "isIndexable": False,
    }
    return found | ({"options": options} if options else {})


WRITER = Atlas()
