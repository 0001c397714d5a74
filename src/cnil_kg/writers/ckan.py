"""A patch for a CKAN package: its own values stay, ours are added under names of our own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import NamedNode

from cnil_kg.errors import InputError
from cnil_kg.inputs.projects import BNODE
from cnil_kg.readers import ckan
from cnil_kg.readers.trees import Tree, listed, read_json
from cnil_kg.vocab import DCAT, expand
from cnil_kg.writers import Export
from cnil_kg.writers.verdicts import CREATOR, Verdict, verdicts

_FIELDS = {"personal_data": ("dpv:hasPersonalData", "dpv:hasData"), "legal_basis": ("dpv:hasLegalBasis",)}
_VERDICTS = "cnil_verdicts"


def write(export: Export, lang: str) -> str:
    """The JSON of `package_patch`.

    Raises:
        InputError: the package is not given, or the descriptions say nothing of it.
    """
    if export.into is None:
        raise InputError("the package to patch is not given", "--into", "Give the answer of package_show for it.")
    iri = ckan.READER.read(export.into).stated[0].root
    answer = read_json(export.into)
    package = answer.get("result", answer)
    patch: dict[str, Tree] = {"id": package.get("id")}
    for name, properties in _FIELDS.items():
        ours = sorted(_values(export, iri, properties))
        held = [item for item in listed(ckan.unpacked(package.get(name))) if item not in (None, "")]
        if set(ours) - set(held):
            patch[name] = [*held, *(value for value in ours if value not in held)]
    told = [_flat(v, export.report.as_of) for v in verdicts(export.report) if iri.value in (v.subject, v.object)]
    if not told and len(patch) == 1:
        repair = "Describe the dataset under this name, or give the import of its record."
        raise InputError(f"the descriptions say nothing of <{iri.value}>", export.into.name, repair)
    extras = [item for item in listed(package.get("extras")) if item.get("key") != _VERDICTS]
    patch["extras"] = [*extras, {"key": _VERDICTS, "value": json.dumps(told, ensure_ascii=False)}]
    return json.dumps(patch, ensure_ascii=False, indent=2) + "\n"


def _values(export: Export, iri: NamedNode, properties: tuple[str, ...]) -> Iterator[str]:
    """The named values of the dataset and of its distributions: full IRIs."""
    names = {expand(name) for name in properties}
    link = DCAT + "distribution"
    nodes = {iri} | {t.object for t in export.stated if t.subject == iri and t.predicate.value == link}
    for triple in export.stated:
        value = triple.object
        ours = triple.subject in nodes and triple.predicate.value in names
        if ours and isinstance(value, NamedNode) and not value.value.startswith(BNODE):
            yield value.value


def _flat(verdict: Verdict, as_of: str) -> dict[str, Tree]:
    """A verdict for a reader of JSON: facts that lack are named by IRI."""
    return {
        "id": verdict.id,
        "about": verdict.subject,
        "processing": verdict.object or None,
        "question": verdict.question or None,
        "outcome": verdict.outcome,
        "state": "presumed" if verdict.presumed else "inferred",
        "fiche": verdict.fiche,
        "rules": list(verdict.rules),
        "articles": list(verdict.articles),
        "missing": list(verdict.missing),
        "by": CREATOR,
        "date": as_of,
    }
