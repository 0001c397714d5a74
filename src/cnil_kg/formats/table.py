"""Answers of queries for a terminal: a table with labels, the list of the library."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from cnil_kg.formats.words import LEVELS, QUESTIONS, REASONS, STATUSES, TRUTH, clean, counted, name, value
from cnil_kg.model import Text
from cnil_kg.naming import Names
from cnil_kg.sparql.dataset import Dataset
from cnil_kg.sparql.library import Query
from cnil_kg.sparql.parameters import ANY, Parameter
from cnil_kg.sparql.run import Table

COLUMNS: Mapping[str, Text] = {
    "actor": Text("Acteur", "Actor"),
    "before": Text("Avant", "Before"),
    "carriedOut": Text("AIPD réalisée", "DPIA carried out"),
    "category": Text("Catégorie", "Category"),
    "claim": Text("Rôle revendiqué", "Claimed role"),
    "conclusion": Text("Conclusion du test", "Conclusion of the test"),
    "consulted": Text("CNIL consultée", "CNIL consulted"),
    "criterion": Text("Critère", "Criterion"),
    "dataset": Text("Jeu de données", "Dataset"),
    "day": Text("AIPD achevée le", "DPIA completed on"),
    "dpia": Text("AIPD", "DPIA"),
    "due": Text("Test dû", "Test due"),
    "duration": Text("Durée", "Duration"),
    "end": Text("Terme", "End"),
    "entry": Text("Exigence", "Requirement"),
    "fact": Text("Fait", "Fact"),
    "kind": Text("Nature", "Kind"),
    "legalBasis": Text("Base légale", "Legal basis"),
    "measure": Text("Mesure", "Measure"),
    "mode": Text("Origine", "Source"),
    "model": Text("Modèle au sens du RGPD", "Model under the GDPR"),
    "openConclusions": Text("Conclusions ouvertes", "Open conclusions"),
    "openObligations": Text("Obligations ouvertes", "Open obligations"),
    "origin": Text("Origine du modèle", "Origin of the model"),
    "outcome": Text("Issue", "Outcome"),
    "phase": Text("Phase", "Phase"),
    "processing": Text("Traitement", "Processing"),
    "processings": Text("Traitements", "Processings"),
    "project": Text("Projet", "Project"),
    "purpose": Text("Finalité", "Purpose"),
    "quality": Text("Qualité", "Quality"),
    "question": Text("Question", "Question"),
    "reason": Text("Motif", "Why"),
    "regime": Text("Régime", "Regime"),
    "reuse": Text("Réutilisation", "Reuse"),
    "right": Text("Droit", "Right"),
    "risk": Text("Risque", "Risk"),
    "role": Text("Rôle", "Role"),
    "scope": Text("Champ", "Scope"),
    "side": Text("Ce qui est dit", "What is said"),
    "sign": Text("Signe", "Sign"),
    "start": Text("Début du traitement", "Processing begins"),
    "state": Text("État", "State"),
    "subject": Text("Sujet", "Subject"),
    "system": Text("Système ou modèle", "System or model"),
    "violations": Text("Violations", "Violations"),
}
STATES: Mapping[str, Text] = {
    "yes": TRUTH["true"],
    "no": TRUTH["false"],
    "notStated": Text("non déclaré", "not stated"),
    "inPlace": Text("en œuvre", "in place"),
    "planned": Text("prévue", "planned"),
}
CODES: Mapping[str, Mapping[str, Text]] = {
    "outcome": STATUSES,
    "reason": REASONS,
    "level": LEVELS,
    "question": QUESTIONS,
    **dict.fromkeys(("state", "carriedOut", "consulted", "due"), STATES),
}
_NO_ROW = Text("Aucune ligne.", "No row.")
_LEFT_OUT = Text(
    "Lignes écartées par le filtre : {n}, dont indéterminées : {u}.",
    "Rows left out by the filter: {n}, of which undetermined: {u}.",
)
_EXAMINED = Text("Examiné : {counts}.", "Examined: {counts}.")
_PARAMETERS = Text("paramètres", "parameters")
_EVERY = Text("tous", "all")


def render(answer: Table | bool | bytes, dataset: Dataset, query: Query, lang: str) -> str:
    """The answer for a reader: a table, yes or no, or Turtle; no control character passes."""
    if isinstance(answer, bytes):
        return plain(answer.decode("utf-8"))
    if isinstance(answer, bool):
        return TRUTH[str(answer).lower()].of(lang) + "\n"
    if answer.left_out:
        return _filtered(answer, dataset, lang)
    if not answer.rows:
        return "\n".join([query.none.of(lang) or _NO_ROW.of(lang), _examined(dataset, lang)]) + "\n"
    return _table(answer, dataset, lang)


def _filtered(answer: Table, dataset: Dataset, lang: str) -> str:
    """The rows kept, and how many were not: those undetermined may still belong here."""
    at = answer.columns.index("outcome") if "outcome" in answer.columns else None
    hidden = sum(at is not None and row[at] == Literal("undetermined") for row in answer.left_out)
    said = _LEFT_OUT.of(lang).format(n=len(answer.left_out), u=hidden)
    return (_table(answer, dataset, lang) if answer.rows else _NO_ROW.of(lang) + "\n") + said + "\n"


def _table(answer: Table, dataset: Dataset, lang: str) -> str:
    kept = [i for i, column in enumerate(answer.columns) if any(row[i] is not None for row in answer.rows)]
    titles = [_title(answer.columns[i], lang) for i in kept]
    cells = _Cells(dataset, lang)
    body = [[cells.cell(answer.columns[i], row[i]) for i in kept] for row in answer.rows]
    return "\n".join(_lines([titles, *body])) + "\n"


def plain(text: str) -> str:
    """Text without what a terminal would obey; its lines and tabs stay."""
    return "".join(c if c.isprintable() or c in "\n\r\t" else "�" for c in text)


def listing(queries: Iterable[Query], lang: str) -> str:
    """The library: id, name, sentence, parameters."""
    lines = []
    for query in queries:
        lines.append(f"{query.where}  {query.name}")
        lines.append(f"     {query.text.of(lang)}")
        if query.parameters:
            said = "; ".join(_parameter(p, lang) for p in query.parameters)
            lines.append(f"     {_PARAMETERS.of(lang)}{' : ' if lang == 'fr' else ': '}{said}")
    return "\n".join(lines) + "\n"


def _parameter(parameter: Parameter, lang: str) -> str:
    default = _EVERY.of(lang) if parameter.default == ANY else parameter.default
    return f"{parameter.name}={parameter.type} [{default}] {parameter.text.of(lang)}"


def as_json(queries: Iterable[Query]) -> list[dict[str, Any]]:
    """The library as plain data."""
    return [
        {
            "id": q.where,
            "name": q.name,
            "text": {"fr": q.text.fr, "en": q.text.en},
            "none": {"fr": q.none.fr, "en": q.none.en},
            "reads": list(q.reads),
            "parameters": [
                {
                    "name": p.name,
                    "type": p.type,
                    "default": None if p.default == ANY else p.default,
                    "text": {"fr": p.text.fr, "en": p.text.en},
                }
                for p in q.parameters
            ],
        }
        for q in queries
    ]


def _examined(dataset: Dataset, lang: str) -> str:
    e = dataset.examined
    things = {"projects": e.projects, "processings": e.processings, "datasets": e.datasets, "actors": e.actors}
    return _EXAMINED.of(lang).format(counts=counted(things, lang))


def _title(column: str, lang: str) -> str:
    return COLUMNS[column].of(lang) if column in COLUMNS else clean(column)


class _Cells:
    def __init__(self, dataset: Dataset, lang: str) -> None:
        self.book, self.lang, self.names = dataset.book, lang, Names(dataset.paths)

    def cell(self, column: str, term: Any) -> str:
        """A term in words: the label of one of ours, a path for a node that was blank, a CURIE, else its text."""
        if term is None:
            return ""
        if isinstance(term, Literal):
            return self.literal(column, term)
        if not isinstance(term, NamedNode):
            return clean(str(term))
        label = self.book.label(term.value)
        return clean(name(self.names.node(term), self.lang, {term.value: label}))

    def literal(self, column: str, term: Literal) -> str:
        text = CODES.get(column, {}).get(term.value)
        if text is None and term.datatype.value.endswith("#boolean"):
            text = TRUTH.get(term.value)
        if text is not None:
            return text.of(self.lang)
        return clean(value(column, term.value, self.lang) if column in QUESTIONS else term.value)


def _lines(rows: list[list[str]]) -> Iterable[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        yield "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "  ".join("-" * w for w in widths)


def _width(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
