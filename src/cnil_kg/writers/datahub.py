"""DataHub: structured properties and their definitions, a glossary, a form for the facts that are missing.

What DataHub takes in is checked with its own package, `acryl-datahub`, in `tests/unit/test_exporting_catalogs.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import yaml

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.questions import QUESTIONS
from cnil_kg.readers import datahub
from cnil_kg.readers.datahub import SPACE, VERDICTS
from cnil_kg.readers.trees import Tree
from cnil_kg.writers.glossary import glossary
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.resources import Property, Told, held, outcomes, properties, told
from cnil_kg.writers.verdicts import CREATOR

_ENTITIES = ["dataset", "dataJob", "dataFlow", "mlModel", "dataProduct"]
_URN = "urn:li:structuredProperty:"
_FORM = "cnil-kg-missing-facts"
_OWN: tuple[tuple[str, str, str, Text], ...] = (
    ("violated", "string", "MULTIPLE", Text("exigences non respectées", "requirements violated")),
    ("undetermined", "string", "MULTIPLE", Text("exigences indéterminées", "requirements undetermined")),
    ("details", "string", "SINGLE", Text("détail des conclusions (JSON)", "details of the verdicts (JSON)")),
    ("state", "string", "SINGLE", Text("nature : déduit, jamais confirmé", "nature: inferred, never confirmed")),
    ("asOf", "date", "SINGLE", Text("droit appliqué à la date du", "law applied as of")),
    ("by", "string", "SINGLE", Text("établi par", "worked out by")),
)
_WORDS = {
    "question": Text("Conclusion de cnil-kg, déduite des faits : ", "Verdict of cnil-kg, inferred from the facts: "),
    "fact": Text("Fait lu par cnil-kg. ", "Fact that cnil-kg reads. "),
    "form": Text("Faits qui manquent aux conclusions de cnil-kg", "Facts that the verdicts of cnil-kg lack"),
    "why": Text(
        "Sans ces réponses, des conclusions restent indéterminées.", "Without them, verdicts stay undetermined."
    ),
}


class DataHub:
    """Writes for datasets, jobs and models that bear a DataHub URN."""

    name = "datahub"
    label = Text("DataHub (YAML et JSON)", "DataHub (YAML and JSON)")
    parts = (
        Part("values", Text("les valeurs, en correctifs (JSON)", "the values, as patches (JSON)")),
        Part("definitions", Text("les propriétés structurées (YAML)", "the structured properties (YAML)"), False),
        Part("glossary", Text("le glossaire (YAML)", "the glossary (YAML)"), False),
        Part("form", Text("le formulaire des faits manquants (YAML)", "the form for missing facts (YAML)")),
    )

    def write(self, export: Export, lang: str) -> str:
        """One of the four documents.

        Raises:
            InputError: the datasets as DataHub holds them are not given, or the descriptions say nothing of them.
        """
        if export.part == "definitions":
            return _yaml(list(_definitions(export, lang)))
        if export.part == "glossary":
            return _yaml(_glossary(export, lang))
        if export.part == "form":
            return _yaml([_form(export, lang)])
        return json.dumps(list(_values(export)), ensure_ascii=False, indent=2) + "\n"


def _yaml(tree: Tree) -> str:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=110)


def _definitions(export: Export, lang: str) -> Iterator[dict[str, Tree]]:
    for property_ in properties(export.rulebook):
        allowed: list[dict[str, str]] = [
            {"value": iri, "description": export.rulebook.label(iri).of(lang)} for iri in property_.values
        ]
        if property_.type == "boolean":
            allowed = [{"value": "true"}, {"value": "false"}]
        said = _WORDS["fact"].of(lang) + property_.iri
        yield _definition(SPACE + property_.name, property_.label.of(lang), said, property_.many, allowed, ["dataset"])
    for question in QUESTIONS:
        codes = outcomes(export.rulebook, question)
        allowed = [{"value": code, "description": label.of(lang)} for code, label in codes.items()]
        said = _WORDS["question"].of(lang) + question.name
        yield _definition(VERDICTS + question.name, question.name, said, True, allowed, _ENTITIES)
    for name, type_, cardinality, text in _OWN:
        said = text.of(lang)
        yield _definition(VERDICTS + name, said, said, cardinality == "MULTIPLE", [], _ENTITIES) | {"type": type_}


def _definition(
    name: str, label: str, description: str, many: bool, allowed: list[dict[str, str]], entities: list[str]
) -> dict[str, Tree]:
    found: dict[str, Tree] = {
        "id": name,
        "qualified_name": name,
        "type": "string",
        "cardinality": "MULTIPLE" if many else "SINGLE",
        "display_name": label,
        "description": description,
        "entity_types": entities,
    }
    return found | ({"allowed_values": allowed} if allowed else {})


def _glossary(export: Export, lang: str) -> dict[str, Tree]:
    return {
        "version": "1",
        "source": "cnil-kg",
        "owners": {"users": ["datahub"]},
        "nodes": [
            {
                "id": f"cnil-kg.{group.name}",
                "name": group.label.of(lang),
                "description": group.definition.of(lang),
                "terms": [
                    {
                        "id": f"cnil-kg.{group.name}.{term.name}",
                        "name": term.label.of(lang),
                        "description": term.definition.of(lang),
                        "term_source": "EXTERNAL",
                        "source_ref": term.iri,
                        "source_url": term.iri,
                    }
                    for term in group.terms
                ],
            }
            for group in glossary(export.rulebook)
        ],
    }


def _form(export: Export, lang: str) -> dict[str, Tree]:
    """One prompt a missing fact that DataHub can hold, for the datasets that lack it."""
    known = {p.iri: p for p in properties(export.rulebook)}
    lacking: dict[str, set[str]] = {}
    missing = [fact for verdict in export.found.conclusions for fact in verdict.missing]
    missing += [fact for finding in export.found.findings for fact in finding.missing]
    for fact in missing:
        if fact.property in known and fact.subject.startswith("urn:li:dataset:"):
            lacking.setdefault(fact.property, set()).add(fact.subject)
    if not lacking:
        repair = "Nothing is to be asked there; `cnil-kg ask` lists what else is missing."
        raise InputError("no dataset with a DataHub URN lacks a fact", ", ".join(export.found.inputs), repair)
    return {
        "id": _FORM,
        "name": _WORDS["form"].of(lang),
        "description": _WORDS["why"].of(lang),
        "type": "COMPLETION",
        "prompts": [_prompt(known[iri], lang) for iri in sorted(lacking)],
        "entities": {"urns": sorted(set().union(*lacking.values()))},
    }


def _prompt(property_: Property, lang: str) -> dict[str, Tree]:
    return {
        "id": f"{_FORM}.{property_.name}",
        "title": property_.label.of(lang),
        "description": property_.iri,
        "type": "STRUCTURED_PROPERTY",
        "structured_property_id": SPACE + property_.name,
        "required": False,
    }


def _values(export: Export) -> Iterator[dict[str, Tree]]:
    source = export.record("what DataHub holds of the datasets", "Give them as a file, in YAML or as proposals.")
    if not datahub.READER.recognises(source):
        raise InputError("holds no dataset of DataHub", source.name, "Give datasets in YAML, or proposals in JSON.")
    record = datahub.READER.read(source)
    known: dict[str, dict[str, list[str]]] = {}
    for stated in record.stated:
        own = known.setdefault(stated.root.value, {})
        own.setdefault(stated.triple.predicate.value, []).append(getattr(stated.triple.object, "value", ""))
    written = False
    for urn in sorted(known):
        found = told(export.found, urn)
        operations = [*_facts(export, urn, known[urn]), *(() if found is None else _verdicts(export, found))]
        if operations:
            written = True
            yield _proposal(urn, operations)
    if not written:
        repair = "Describe the datasets under these URNs, or give the import of this file."
        raise InputError(f"the descriptions say nothing of <{min(known)}>", source.name, repair)


def _facts(export: Export, urn: str, known: dict[str, list[str]]) -> Iterator[dict[str, Tree]]:
    """What DataHub does not hold yet: the values of people stay, ours join them where several can stand."""
    from pyoxigraph import NamedNode  # noqa: PLC0415

    for property_ in properties(export.rulebook):
        theirs = list(dict.fromkeys(known.get(property_.iri, ())))
        ours = [value for value in held(export, NamedNode(urn), property_) if value not in theirs]
        if ours and (property_.many or (not theirs and len(ours) == 1)):
            yield _operation(SPACE + property_.name, [*theirs, *ours])


def _verdicts(export: Export, found: Told) -> Iterator[dict[str, Tree]]:
    presumed = any(verdict["state"] == "presumed" for verdict in found.verdicts)
    rest = {
        "violated": found.violated,
        "undetermined": found.undetermined,
        "details": [found.text],
        "state": ["presumed" if presumed else "inferred"],
        "asOf": [export.as_of],
        "by": [CREATOR],
    }
    for name, values in (*found.outcomes.items(), *rest.items()):
        if values:
            yield _operation(VERDICTS + name, values)


def _operation(name: str, values: list[str]) -> dict[str, Tree]:
    urn = _URN + name
    return {
        "op": "add",
        "path": f"/properties/{urn}",
        "value": {"propertyUrn": urn, "values": [{"string": value} for value in values]},
    }


def _proposal(urn: str, operations: list[dict[str, Tree]]) -> dict[str, Tree]:
    patch = {"arrayPrimaryKeys": {"properties": ["propertyUrn"]}, "patch": operations}
    return {
        "entityType": urn.split(":")[2],
        "entityUrn": urn,
        "changeType": "PATCH",
        "aspectName": "structuredProperties",
        "aspect": {"value": json.dumps(patch, ensure_ascii=False), "contentType": "application/json-patch+json"},
    }


WRITER = DataHub()
