"""The question that asks for a fact, in plain words: made of the definition that the ontology gives of it.

Definitions keep to a few forms ("Indique si …", "Tells whether …"), so that one sentence serves both; a test reads all.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from cnil_kg.facttable import Fact
from cnil_kg.model import Text
from cnil_kg.rdf import matching
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG, NONE, NOT_ASSESSED, PROV, SKOS, expand

_VOWELS = tuple("aeiouyhàâéèêëîïôû")
_ORDERS = {
    "fr": {
        "Précise": "Précisez",
        "Énumère": "Énumérez",
        "Décrit": "Décrivez",
        "Cite": "Citez",
        "Expose": "Exposez",
        "Nomme": "Nommez",
        "Indique": "Indiquez",
    },
    "en": {
        "States": "State",
        "Lists": "List",
        "Describes": "Describe",
        "Cites": "Cite",
        "Sets": "Set",
        "Names": "Name",
        "Tells": "Tell",
    },
}
LINKS = {
    CKG + "hasProcessing": Text(
        "Quels traitements le projet comporte-t-il ?", "Which processings does the project have?"
    ),
    PROV + "qualifiedUsage": Text(
        "Quels jeux de données le traitement emploie-t-il, ou par quel traitement celui-ci est-il employé ?",
        "Which datasets does the processing use, or which processing uses this dataset?",
    ),
    PROV + "qualifiedAssociation": Text(
        "Qui prend part au traitement, ou à quel traitement cet acteur prend-il part ?",
        "Who takes part in the processing, or in which processing does this actor take part?",
    ),
}
"""The links without which there is nobody, or nothing, to ask about."""
KINDS = {
    "boolean": Text("oui ou non", "yes or no"),
    "marker": Text("oui, une fois la liste passée en revue", "yes, once the list has been gone through"),
    "choice": Text("une valeur de la liste", "one value of the list"),
    "list": Text("une ou plusieurs valeurs de la liste, ou aucune", "one or more values of the list, or none"),
    "text": Text("un texte, ou aucun", "a text, or none"),
    "iri": Text("un identifiant (IRI), ou aucun", "an identifier (IRI), or none"),
    "actor": Text("l'identifiant d'un acteur, ou aucun", "the identifier of an actor, or none"),
    "date": Text("une date, comme 2026-12-31", "a date, like 2026-12-31"),
    "integer": Text("un nombre entier", "a whole number"),
    "decimal": Text("un nombre", "a number"),
    "duration": Text(
        "une durée, comme P2Y (deux ans) ou P6M, ou aucune", "a time span, like P2Y (two years) or P6M, or none"
    ),
    "link": Text("une description à ajouter", "a description to add"),
}
"""What an answer looks like."""


@dataclass(frozen=True)
class Choice:
    """A value that can be answered: as it is written, and in words."""

    code: str
    iri: str
    label: Text


def question(book: Rulebook, fact: Fact) -> Text:
    """The question that asks for a fact."""
    found = {"fr": "", "en": ""}
    for quad in matching(book.constants, fact.node, NamedNode(SKOS + "definition"), None, None):
        if isinstance(quad.object, Literal) and quad.object.language in found:
            found[quad.object.language] = quad.object.value
    label = book.label(fact.iri)
    if found["fr"].startswith("Relie "):  # a link says what it joins, not what is to be stated
        return Text(f"Indiquez : {label.fr}.", f"State this: {label.en}.")
    if fact.marker:  # which list it closes is told by its name
        return Text(
            f"{label.fr} : {_low(_asked(found['fr'], 'fr', False))}",
            f"{label.en}: {_low(_asked(found['en'], 'en', False))}",
        )
    choice = fact.type == "choice"
    return Text(_asked(found["fr"], "fr", choice), _asked(found["en"], "en", choice))


def _low(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _asked(definition: str, lang: str, choice: bool) -> str:
    """A definition turned into a question, or into an invitation to state what it defines."""
    words = definition.rstrip(". ")
    if choice and lang == "fr" and words.startswith("Indique s"):
        return f"Précisez s{words[9:]}."
    if choice and words.startswith("Tells whether "):
        return f"State whether {words[14:]}."
    for start, ask in _WHETHER[lang]:
        if words.startswith(start):
            return ask(words[len(start) :])
    first, _, rest = words.partition(" ")
    if first in _ORDERS[lang]:
        return f"{_ORDERS[lang][first]} {rest}."
    return f"{'Indiquez' if lang == 'fr' else 'State this'} : {words[:1].lower()}{words[1:]}.".replace(
        " :", " :" if lang == "fr" else ":"
    )


def _est_ce(rest: str) -> str:
    """« Est-ce que … ? », with its elision."""
    return f"Est-ce qu'{rest} ?" if rest[:1].lower() in _VOWELS else f"Est-ce que {rest} ?"


def _is_it(rest: str) -> str:
    return f"Is it the case that {rest}?"


_WHETHER: dict[str, tuple[tuple[str, Callable[[str], str]], ...]] = {
    "fr": (
        ("Indique si, ", lambda rest: f"Est-ce que, {rest} ?"),
        ("Indique si ", _est_ce),
        ("Indique s'", _est_ce),
        ("Indique que ", _est_ce),
        ("Indique qu'", _est_ce),
    ),
    "en": (
        ("Tells whether, ", lambda rest: f"Is it the case that, {rest}?"),
        ("Tells whether ", _is_it),
        ("Tells that ", _is_it),
    ),
}
"""How a definition of a yes or no begins, and the question that it becomes."""


def choices(book: Rulebook, fact: Fact) -> tuple[Choice, ...]:
    """The values of a closed list, in the order of the fact table, and the explicit none where there can be one."""
    short = book.terms.short
    found = {}
    for _, iri in fact.values:
        if iri not in (NONE, NOT_ASSESSED):
            found[iri] = Choice(short.names[iri], iri, book.label(iri))
    if found and NamedNode(NONE) in fact.answers:
        found[NONE] = Choice("none", NONE, Text("aucune de ces valeurs", "none of these"))
    return tuple(found.values())


WHO = {
    "dpo": Text("délégué à la protection des données", "data protection officer"),
    "engineer": Text("ingénieur des données", "data engineer"),
    "owner": Text("responsable du projet", "business owner"),
    "supplier": Text("fournisseur des données", "data supplier"),
}
"""Who can usually answer, by the words of `ontology/who-knows.csv`."""


@cache
def who_knows(path: Path) -> Mapping[str, str]:
    """IRI of a property -> who can usually say."""
    with path.open(encoding="utf-8", newline="") as handle:
        return {expand(row["property"]): row["who"] for row in csv.DictReader(handle)}
