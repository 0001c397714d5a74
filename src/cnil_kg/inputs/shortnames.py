"""The short names of the YAML form: what each key and value stands for, and the JSON-LD context that says so.

A key is the local name of its property (`largeScale`, `hasLegalBasis`); the few links that hold a description together
have a plainer one (`processings`, `uses`). Keys, context and JSON Schema come from the fact table: none falls behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnil_kg.facttable import Fact
from cnil_kg.vocab import NONE, NOT_ASSESSED, PREFIXES, XSD, expand, shrink

KEYWORDS = {
    "id": "@id",
    "type": "@type",
    "value": "@value",
    "lang": "@language",
    "datatype": "@type",
    "graph": "@graph",
}
"""Keys that are the grammar of the form; the others are properties."""

HEADER = ("base", "prefixes")
"""Keys of the document itself: what relative names start with, and further prefixes."""

_PUBLISHED = {
    "ckg": (
        "developsSystem",
        "developsModel",
        "partOfProject",
    ),
    "prov": (
        "used",
        "wasAssociatedWith",
        "hadRole",
        "wasDerivedFrom",
        "wasAttributedTo",
        "wasGeneratedBy",
    ),
    "dpv": (
        "hasData",
        "hasDataSubject",
        "hasDataController",
        "hasJointDataControllers",
        "hasDataProcessor",
        "hasDataProtectionOfficer",
        "hasProcessing",
        "hasProcess",
        "hasImpactAssessment",
        "hasStatus",
        "hasOutcome",
        "hasContext",
        "hasReuseCompatibility",
        "hasScale",
        "hasProcessingScale",
        "hasDataVolume",
        "hasHumanInvolvement",
        "hasTechnicalMeasure",
        "hasOrganisationalMeasure",
        "hasTechnicalOrganisationalMeasure",
        "hasPhysicalMeasure",
        "hasLegalMeasure",
    ),
    "ai": (
        "hasTechnique",
        "hasModel",
        "hasTrainingData",
        "hasValidationData",
        "hasTestingData",
    ),
    "it6": (
        "trainedOn",
        "validatedOn",
        "testedOn",
        "fineTunedFrom",
    ),
    "tech": ("hasLifecycleStage",),
    "eu-aiact": ("hasRiskLevel",),
    "dcat": ("distribution",),
    "dct": (
        "publisher",
        "accessRights",
        "license",
    ),
}
"""Published links that a description can use, by prefix."""

LINKS = {
    "processings": "ckg:hasProcessing",
    "actors": "prov:qualifiedAssociation",
    "actor": "prov:agent",
    "uses": "prov:qualifiedUsage",
    "dataset": "prov:entity",
    **{name: f"{prefix}:{name}" for prefix, names in _PUBLISHED.items() for name in names},
}
"""Keys whose values are nodes."""

TEXTS = {"title": "dct:title", "description": "dct:description"}
"""Keys whose values are texts, in one language or several."""

CLASSES = {
    c.partition(":")[2]: c for c in ("ckg:Project", "dpv:Process", "prov:Association", "prov:Usage", "dcat:Dataset")
}
"""Short names of types."""

_DATATYPES = {t: f"xsd:{t}" for t in ("boolean", "integer", "decimal", "date", "duration")}


@dataclass(frozen=True)
class Key:
    """A short key.

    Attributes:
        name: as written.
        iri: the property.
        kind: a type of `facttable.TYPES`, `link` or `language`.
        values: for a closed list, the short names of its values.
    """

    name: str
    iri: str
    kind: str
    values: tuple[str, ...] = ()

    @property
    def names_nodes(self) -> bool:
        """True when a plain value is the name of a node."""
        return self.kind in ("link", "iri", "actor")

    @property
    def closed(self) -> bool:
        """True when a plain value is one of a list."""
        return self.kind in ("choice", "list")


class ShortNames:
    """The short names that a fact table gives."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        facts = tuple(facts)
        listed = {iri for f in facts for _, iri in f.values} | {NONE, NOT_ASSESSED}
        self.values: Mapping[str, str] = {shrink(iri).partition(":")[2]: iri for iri in sorted(listed)}
        self.names = {iri: name for name, iri in self.values.items()}
        keys = [Key(name, expand(curie), "link") for name, curie in LINKS.items()]
        keys += [Key(name, expand(curie), "language") for name, curie in TEXTS.items()]
        keys += [self._fact(fact) for fact in facts if not fact.iri.endswith("#type")]
        self.keys: Mapping[str, Key] = {key.name: key for key in keys}
        self.by_iri: Mapping[str, Key] = {key.iri: key for key in keys}

    def _fact(self, fact: Fact) -> Key:
        values = dict.fromkeys(self.names[iri] for _, iri in fact.values)
        if fact.type == "list" or NONE in {iri for _, iri in fact.values}:
            values["none"] = None
        listed = tuple(values) if fact.type in ("choice", "list") else ()
        return Key(shrink(fact.iri).partition(":")[2], fact.iri, fact.type, listed)

    @cached_property
    def context(self) -> dict[str, Any]:
        """The JSON-LD context: prefixes, keywords, one definition a key, the values of the closed lists."""
        found: dict[str, Any] = dict(PREFIXES)
        found |= KEYWORDS
        found |= {name: shrink(iri) for name, iri in self.values.items()}
        found |= CLASSES
        for key in self.keys.values():
            found[key.name] = {"@id": shrink(key.iri)} | _coercion(key)
        return found


def _coercion(key: Key) -> dict[str, str]:
    if key.kind in _DATATYPES:
        return {"@type": XSD + key.kind}
    if key.closed:
        return {"@type": "@vocab"}
    if key.names_nodes:
        return {"@type": "@id"}
    return {"@container": "@language"} if key.kind == "language" else {}


def nearest(name: str, names: Iterable[str]) -> str:
    """What to say of a name that is none of `names`: the nearest ones, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415  (only for an error)

    by_case = {n.lower(): n for n in names}
    found = [by_case[n] for n in get_close_matches(name.lower(), by_case, n=3, cutoff=0.65)]
    return f"Did you mean {' or '.join(found)}?" if found else ""
