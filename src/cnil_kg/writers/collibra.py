"""Collibra: assets for the Import API, one a processing and one a dataset, under the names a tenant gives its types."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import NamedNode

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.readers.trees import Tree, mapping, tree
from cnil_kg.writers.names import Names
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.resources import told, values
from cnil_kg.writers.verdicts import CREATOR

SYSTEM = "cnil-kg"
"""The external system that our assets are known under: their IRI is their identity."""
MAPPING: dict[str, Tree] = {
    "community": "Data Privacy",
    "domain": "CNIL processing register",
    "status": "Candidate",
    "types": {
        "processing": "Business Process",
        "dataset": "Data Set",
        "purpose": "Purpose",
        "legalBasis": "Legal Basis",
        "personalData": "Data Category",
        "dataSubject": "Data Subject Category",
        "party": "Party",
    },
    "attributes": {
        "iri": "CNIL IRI",
        "verdicts": "CNIL verdicts",
        "violated": "CNIL requirements violated",
        "undetermined": "CNIL requirements undetermined",
        "asOf": "CNIL law as of",
        "by": "CNIL worked out by",
    },
    "relations": {},
}
"""The names that a tenant changes; `relations` gives, for `purpose` and the like, type and direction of the relation
(`00000000-0000-0000-0000-000000007038:SOURCE`). A relation that is not given is not written, since the Import API sets
the relations of a type as a whole."""
_VALUES = {
    "purpose": ("dpv:hasPurpose",),
    "legalBasis": ("dpv:hasLegalBasis",),
    "personalData": ("dpv:hasPersonalData", "dpv:hasData"),
    "dataSubject": ("dpv:hasDataSubject",),
    "party": ("dpv:hasDataController", "dpv:hasJointDataControllers", "dpv:hasDataProcessor"),
    "dataset": ("prov:used",),
}


class Collibra:
    """Writes for the names of one tenant."""

    name = "collibra"
    label = Text("Collibra, commandes d'import (JSON)", "Collibra, import commands (JSON)")
    parts = (
        Part("commands", Text("les commandes d'import (JSON)", "the import commands (JSON)")),
        Part("mapping", Text("la table des noms, à adapter (JSON)", "the table of names, to adapt (JSON)"), False),
    )

    def write(self, export: Export, lang: str) -> str:
        """The commands, or the table of names to start from.

        Raises:
            InputError: the table of names is malformed, or there is nothing to tell.
        """
        found = MAPPING if export.part == "mapping" else list(_Commands(export, lang).all())
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


class _Commands:
    def __init__(self, export: Export, lang: str) -> None:
        self._export, self._names, self._map = export, Names(export, lang), _mapping(export)
        self._seen: dict[str, dict[str, Tree]] = {}

    def all(self) -> Iterator[dict[str, Tree]]:
        """The community, the domain, then the assets: what a relation leads to stands before it."""
        if not self._export.processings:
            repair = "Describe a processing (dpv:Process)."
            raise InputError("there is no processing to tell Collibra", ", ".join(self._export.found.inputs), repair)
        community, domain = {"name": self._map["community"]}, self._domain()
        yield {"resourceType": "Community", "identifier": community}
        type_ = {"name": "Business Asset Domain"}
        yield {"resourceType": "Domain", "identifier": domain, "type": type_}
        last = [self._asset(node, "processing", self._relations(node)) for node in self._export.processings]
        yield from (self._seen[iri] for iri in sorted(self._seen))
        yield from last

    def _domain(self) -> dict[str, Tree]:
        return {"name": self._map["domain"], "community": {"name": self._map["community"]}}

    def _relations(self, processing: NamedNode) -> dict[str, list[dict[str, Tree]]]:
        """The relations that the tenant named, to assets that are written before."""
        found: dict[str, list[dict[str, Tree]]] = {}
        for kind, properties in _VALUES.items():
            targets = sorted(set(values(self._export, processing, properties)))
            for iri in targets if kind in self._map["relations"] or kind == "dataset" else ():
                self._seen.setdefault(iri, self._asset(NamedNode(iri), kind, {}))
                if kind in self._map["relations"]:
                    found.setdefault(self._map["relations"][kind], []).append(_identity(iri))
        return found

    def _asset(self, node: NamedNode, kind: str, relations: dict[str, list[dict[str, Tree]]]) -> dict[str, Tree]:
        command: dict[str, Tree] = {
            "resourceType": "Asset",
            "identifier": _identity(node.value),
            "name": node.value,
            "displayName": self._names.known(node),
            "type": {"name": self._map["types"][kind]},
            "domain": self._domain(),
            "status": {"name": self._map["status"]},
            "attributes": self._attributes(node),
        }
        return command | ({"relations": relations} if relations else {})

    def _attributes(self, node: NamedNode) -> dict[str, list[dict[str, str]]]:
        found = told(self._export.found, node.value)
        texts: dict[str, list[str]] = {"iri": [node.value]}
        if found is not None:
            texts |= {"verdicts": [found.text], "violated": found.violated, "undetermined": found.undetermined}
            texts |= {"asOf": [self._export.as_of], "by": [CREATOR]}
        return {self._map["attributes"][name]: [{"value": v} for v in held] for name, held in texts.items() if held}


def _identity(iri: str) -> dict[str, Tree]:
    return {"externalSystemId": SYSTEM, "externalEntityId": iri}


def _mapping(export: Export) -> dict[str, Tree]:
    """The names of the tenant over ours.

    Raises:
        InputError: a key or a value that the table does not have.
    """
    if export.into is None:
        return MAPPING
    given = mapping(tree(export.into), export.into, "", "the table of names")
    found = dict(MAPPING)
    for key, value in given.items():
        if key not in MAPPING:
            repair = f"Use {', '.join(MAPPING)}; `cnil-kg export collibra --part mapping` writes the table."
            raise InputError(f'the table of names has no key "{key}"', export.into.name, repair)
        if isinstance(MAPPING[key], dict):
            known = {*MAPPING["types"]} - {"processing"} if key == "relations" else {*MAPPING[key]}
            entries = mapping(value, export.into, "", key)
            unknown = sorted({*entries} - known)
            if unknown or not all(isinstance(name, str) and name for name in entries.values()):
                repair = f"Use {', '.join(sorted(known))}, each with a name."
                raise InputError(
                    f'in "{key}" of the table of names, not understood: {unknown or entries}', export.into.name, repair
                )
            found[key] = {**MAPPING[key], **entries}
        elif not isinstance(value, str) or not value:
            raise InputError(f'"{key}" of the table of names is no text', export.into.name, "Give a name.")
        else:
            found[key] = value
    return found


WRITER = Collibra()
