"""The catalogue as text: a line an entry, or one entry whole."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from cnil_kg.catalogue import Entry, cases_root, labels
from cnil_kg.formats.words import article
from cnil_kg.model import Text
from cnil_kg.rulebook import Rulebook

LEVELS = {
    "must": Text("obligation", "obligation"),
    "should": Text("recommandation", "recommendation"),
    "may": Text("faculté", "option"),
    "definition": Text("définition", "definition"),
    "decision-rule": Text("règle de décision", "decision rule"),
    "example": Text("exemple", "example"),
}
OUTCOMES = {
    "holding": Text("qui réussissent", "holding"),
    "failing": Text("qui échouent", "failing"),
    "unknown": Text("indéterminés", "undetermined"),
    "not applicable": Text("sans objet", "not applicable"),
    "other": Text("autres", "other"),
}
WORDS = {
    "encoded": Text("encodée", "encoded"),
    "notEncoded": Text("pas encore encodée", "not encoded yet"),
    "fiche": Text("fiche", "sheet"),
    "articles": Text("articles", "articles"),
    "confirm": Text("à confirmer", "to be confirmed"),
    "own": Text("appréciation des auteurs de cnil-kg", "judgement of the authors of cnil-kg"),
    "from": Text("en vigueur depuis le", "in force from"),
    "reads": Text("Faits lus", "Facts read"),
    "files": Text("Fichiers", "Files"),
    "cases": Text("Cas", "Cases"),
    "explains": Text("Éclaire", "Explains"),
    "explained": Text("Éclairée par", "Explained by"),
    "decisions": Text("Choix de lecture", "Readings"),
    "sources": Text("Sources", "Sources"),
}


def listing(entries: tuple[Entry, ...], lang: str) -> str:
    """A line an entry: id, level, status when not encoded, text."""
    lines = []
    for entry in entries:
        marks = [getattr(LEVELS[entry.level], lang)]
        marks += [_word("notEncoded", lang)] if entry.status == "notEncoded" else []
        marks += [_word("confirm", lang)] if entry.to_be_confirmed else []
        lines.append(f"{entry.id:7} [{', '.join(marks)}] {getattr(entry.text, lang)}")
    return "\n".join(lines) + "\n"


def page(book: Rulebook, entry: Entry, lang: str) -> str:
    """One entry whole, its rules and shapes as they are written."""
    return "\n".join(_lines(book, entry, lang)) + "\n"


def _word(key: str, lang: str) -> str:
    return str(getattr(WORDS[key], lang))


def _lines(book: Rulebook, entry: Entry, lang: str) -> Iterator[str]:
    colon = " :" if lang == "fr" else ":"
    number = entry.fiche.removeprefix("fiche-0").upper()
    level, status = getattr(LEVELS[entry.level], lang), _word(entry.status, lang)
    yield f"{entry.id}  {level}, {_word('fiche', lang)} {number}, {status}"
    yield from textwrap.wrap(getattr(entry.text, lang), 110, initial_indent="  ", subsequent_indent="  ")
    if entry.articles:
        yield f"  {'; '.join(article(a, lang) for a in entry.articles)}"
    if entry.to_be_confirmed:
        yield f"  ({_word('confirm', lang)})"
    if entry.own_judgement:
        yield f"  ({_word('own', lang)})"
    if entry.valid_from:
        yield f"  {_word('from', lang)} {entry.valid_from}"
    yield from _block(_word("reads", lang) + colon, labels(book, entry.reads, lang))
    yield from _block(_word("explains", lang) + colon, [", ".join(entry.explains)] if entry.explains else [])
    yield from _block(_word("explained", lang) + colon, [", ".join(entry.explained_by)] if entry.explained_by else [])
    yield from _block(_word("decisions", lang) + colon, [f"docs/decisions/{d}.md" for d in entry.decisions])
    yield from _block(_word("files", lang) + colon, list(entry.files))
    if entry.cases:
        folder = cases_root(book) / entry.id
        shown = folder.relative_to(book.root)
        yield f"\n{_word('cases', lang)} ({shown}){colon}"
        for outcome, cases in entry.cases_by_outcome().items():
            yield f"  {getattr(OUTCOMES[outcome], lang)}{colon} {', '.join(cases)}"
    yield from _block(_word("sources", lang) + colon, list(entry.sources))
    for name, text in texts(book, entry):
        yield f"\n--- {name}\n{text.rstrip()}"


def _block(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}"
        yield from (f"  {line}" for line in lines)


def texts(book: Rulebook, entry: Entry) -> Iterator[tuple[str, str]]:
    """The files of an entry that hold rules, and what of the shape files is the entry's: name, text."""
    for name in entry.files:
        text = (book.root / name).read_text(encoding="utf-8")
        if name.endswith(".rq"):
            yield name, text
        elif name.startswith("shapes/"):
            yield name, "\n\n".join(b for b in text.split("\n\n") if f"cks:{entry.id} a" in b)
