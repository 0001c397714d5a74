"""`cnil-kg new`: a skeleton whose every line is a fact to state, with its question in plain words.

It is made from the fact table and the labels of the ontology, so it never falls behind them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cnil_kg.facttable import Fact
from cnil_kg.model import Text
from cnil_kg.rulebook import Rulebook, load_rulebook
from cnil_kg.strata import read_names
from cnil_kg.vocab import CKG, NONE, NOT_ASSESSED, PREFIXES, shrink

NODES = {
    "processing": "ex:training",
    "participation": "ex:training-developer",
    "use": "ex:training-pages",
    "dataset": "ex:pages",
}
_USED_PREFIXES = ("ckg", "dpv", "eu-gdpr", "eu-aiact", "pd", "prov", "dcat", "dct", "xsd")
_HEAD = Text(
    """# Description d'un projet d'IA pour cnil-kg.
# Retirez le # devant chaque fait que vous pouvez affirmer ou nier, et supprimez ce qui ne vous concerne pas.
# Un fait non écrit n'est jamais lu comme un « non » : il reste non indiqué. `ckg:none` dit « aucun », explicitement.
# Puis : cnil-kg validate ce-fichier.ttl
""",
    """# Description of an AI project for cnil-kg.
# Remove the # before each fact you can state or deny, and delete what does not concern you.
# A fact that is not written is never read as a "no": it is not stated. `ckg:none` says "none", explicitly.
# Then: cnil-kg validate this-file.ttl
""",
)
_TITLES = {
    "processing": Text(
        "Le traitement : constituer la base et entraîner", "The processing: building the set and training"
    ),
    "participation": Text(
        "Le rôle d'un acteur dans ce traitement (un nœud par acteur)",
        "The part of one actor in this processing (one node an actor)",
    ),
    "use": Text(
        "L'utilisation d'un jeu de données par ce traitement (un nœud par jeu)",
        "The use of one dataset by this processing (one node a dataset)",
    ),
    "dataset": Text("Le jeu de données et sa source", "The dataset and its source"),
}
_FREE = {
    "boolean": ("true", "true | false"),
    "text": ('"..."', "texte | ckg:none"),
    "actor": ("ex:client", "IRI | ckg:none"),
    "iri": ("ex:other", "IRI | ckg:none"),
    "date": ('"2026-12-31"^^xsd:date', "date"),
    "integer": ("1000", "0, 1, 2, ..."),
    "decimal": ("1.0", "0.0, ..."),
    "duration": ('"P1Y"^^xsd:duration', "P1Y, P6M, ..."),
}


def skeleton(lang: str, form: str = "turtle") -> str:
    """A file that loads as it is and states nothing but its nodes.

    Args:
        lang: `fr` or `en`, the language of the comments.
        form: `turtle` or `yaml`.
    """
    lines = _yaml if form == "yaml" else _lines
    return "\n".join(lines(load_rulebook(), lang)) + "\n"


_YAML_HEAD = Text(
    """# Description d'un projet d'IA pour cnil-kg.
# Complétez après les deux-points ce que vous pouvez affirmer ou nier ; laissez vide le reste, ou supprimez-le.
# Une ligne vide n'est jamais lue comme un « non » : le fait reste non indiqué. `none` dit « aucun », explicitement.
# Puis : cnil-kg validate ce-fichier.yaml
# Un éditeur complète et vérifie les clés avec le schéma : cnil-kg schema description > cnil-kg.schema.json
# yaml-language-server: $schema=cnil-kg.schema.json
""",
    """# Description of an AI project for cnil-kg.
# Complete after the colon what you can state or deny; leave the rest empty, or delete it.
# An empty line is never read as a "no": the fact is not stated. `none` says "none", explicitly.
# Then: cnil-kg validate this-file.yaml
# An editor completes and checks the keys with the schema: cnil-kg schema description > cnil-kg.schema.json
# yaml-language-server: $schema=cnil-kg.schema.json
""",
)
_YAML_NODES = {
    "processing": (4, ["processings:", "  - id: training", "    type: Process"]),
    "participation": (8, ["    actors:", "      - type: Association", "        actor: developer"]),
    "use": (8, ["    uses:", "      - type: Usage"]),
    "dataset": (10, ["        dataset:", "          id: pages", "          type: Dataset"]),
}


def _yaml(book: Rulebook, lang: str) -> Iterator[str]:
    names = book.terms.short
    yield _YAML_HEAD.of(lang)
    yield from ("base: https://example.org/my-project/", "id: project", "type: Project", "title:")
    for unit, (indent, opening) in _YAML_NODES.items():
        yield f"\n{' ' * (indent - 2)}# {'=' * 10} {_TITLES[unit].of(lang)}"
        yield from opening
        for fiche, facts in _by_fiche(book, unit):
            yield f"{' ' * indent}# --- {book.label(CKG + fiche).of(lang)}"
            for fact in facts:
                key = names.by_iri[fact.iri]
                label = book.label(fact.iri).of(lang)
                choice = "" if key.closed else f" ({_YAML_FREE.get(fact.type) or _FREE[fact.type][1]})"
                yield f"{' ' * indent}{key.name}:   # {label}{choice}"
                for name in key.values:
                    text = book.label(names.values.get(name, NONE)).of(lang)
                    yield f"{' ' * indent}  #   {name}   {text}"


_YAML_FREE = {"text": "texte | none", "actor": "id | none", "iri": "id | none"}


def _by_fiche(book: Rulebook, unit: str) -> Iterator[tuple[str, list[Fact]]]:
    """The facts of a unit that a rule reads, by the fiche they are defined from."""
    used = {name for rule in book.rules if not rule.describes for name in read_names(rule)}
    facts = sorted((f for f in book.facts if f.unit == unit and f.iri in used), key=lambda f: _fiche(book, f))
    yield from ((fiche, list(group)) for fiche, group in groupby(facts, key=lambda f: _fiche(book, f)))


def _lines(book: Rulebook, lang: str) -> Iterator[str]:
    yield _HEAD.of(lang)
    yield from (f"@prefix {p}: <{PREFIXES[p]}> ." for p in _USED_PREFIXES)
    yield "@prefix ex: <https://example.org/> ."
    yield ""
    yield "ex:project a ckg:Project ; ckg:hasProcessing ex:training ."
    yield "ex:training a dpv:Process ;"
    yield "    prov:qualifiedAssociation ex:training-developer ; prov:qualifiedUsage ex:training-pages ."
    yield "ex:training-developer a prov:Association ; prov:agent ex:developer ."
    yield "ex:training-pages a prov:Usage ; prov:entity ex:pages ."
    yield "ex:pages a dcat:Dataset ."
    for unit, node in NODES.items():
        yield ""
        yield f"# {'=' * 10} {_TITLES[unit].of(lang)}"
        for fiche, facts in _by_fiche(book, unit):
            yield f"# --- {book.label(CKG + fiche).of(lang)}"
            for fact in facts:
                yield from _fact(book, fact, node, lang)


def _fiche(book: Rulebook, fact: Fact) -> str:
    """The fiche a fact is defined from."""
    sources = [s for s in book.sources(fact.iri) if s.startswith(CKG + "fiche-")]
    return sources[0][len(CKG) :] if sources else ""


def _fact(book: Rulebook, fact: Fact, node: str, lang: str) -> Iterator[str]:
    label = book.label(fact.iri).of(lang)
    listed = [iri for iri in dict.fromkeys(iri for _, iri in fact.values) if iri != NOT_ASSESSED]
    if not listed:
        example, choice = _FREE[fact.type]
        yield f"# {node} {shrink(fact.iri)} {example} .   # {label} ({choice})"
        return
    yield f"# {node} {shrink(fact.iri)} {shrink(listed[0])} .   # {label} :"
    for iri in listed + ([NONE] if fact.type == "list" and NONE not in listed else []):
        yield f"#       {shrink(iri)}   {book.label(iri).of(lang)}"
