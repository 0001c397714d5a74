"""The questions of `cnil-kg ask`: for a terminal, in Markdown, as JSON, as a YAML file to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import click

from cnil_kg import __version__
from cnil_kg.answering import can_be_written, place
from cnil_kg.ask import Asking, Question, Unlocked
from cnil_kg.formats.json import contradiction_of, text_of
from cnil_kg.formats.words import LEVELS, TRUTH, article, clean, name
from cnil_kg.model import Text
from cnil_kg.wording import KINDS, WHO

SHOWN = 3
_WORDS = {
    "none": Text("Aucune question : rien n'est indéterminé faute de faits.",
                 "No question: nothing is undetermined for want of facts."),
    "some": Text("Questions : {n}. Quelles que soient les réponses, les listes étant données en entier, "
                 "rien ne reste indéterminé faute de faits.",
                 "Questions: {n}. However they are answered, lists being given whole, "
                 "nothing stays undetermined for want of facts."),
    "link": Text("Une description manque : une fois ajoutée, elle appelle ses propres questions.",
                 "A description is missing: once it is there, it has questions of its own."),
    "follow": Text("À poser selon les réponses qui précèdent : {n}.",
                   "To be asked according to the answers above: {n}."),
    "why": Text("En dépendent", "What depends on it"),
    "more": Text("et {n} autres", "and {n} more"),
    "about": Text("À propos de", "About"),
    "who": Text("À demander à", "Whom to ask"),
    "answer": Text("Réponse attendue", "Expected answer"),
    "early": Text("Répondre « {answer} » suffit pour", "Answering “{answer}” is enough for"),
    "judgements": Text("À apprécier par une personne, aucun fait n'y suffit",
                       "For a person to weigh: no fact is enough"),
    "contradictions": Text("Contradictions à lever d'abord", "Contradictions to remove first"),
    "against": Text("contre", "against"),
    "fill": Text("Ôtez le « # » des lignes que vous complétez, puis : cnil-kg validate DESCRIPTION CE-FICHIER",
                 "Take the “#” off the lines you fill in, then: cnil-kg validate DESCRIPTION THIS-FILE"),
}  # fmt: skip


def word(key: str, lang: str, **parts: object) -> str:
    """A phrase of the questions in a language."""
    return _WORDS[key].of(lang).format(**parts)


def why(question: Question) -> Text:
    """What waits for the answer, in words: the first of them, and how many more."""

    def told(lang: str) -> str:
        texts = list(dict.fromkeys(one.text.of(lang).rstrip(".") for one in question.unlocks))
        more = [word("more", lang, n=len(texts) - SHOWN)] if len(texts) > SHOWN else []
        return f"{word('why', lang)}{_colon(lang)}{' ; '.join([*texts[:SHOWN], *more])}."

    return Text(told("fr"), told("en").replace(" ; ", "; "))


def render(asking: Asking, lang: str, *, markdown: bool = False) -> str:
    """The questions for a reader."""
    return "\n".join(_Writer(asking, lang, markdown).lines()) + "\n"


def _colon(lang: str) -> str:
    return " : " if lang == "fr" else ": "


class _Writer:
    def __init__(self, asking: Asking, lang: str, markdown: bool) -> None:
        self.asking, self.lang, self.markdown = asking, lang, markdown

    def lines(self) -> Iterator[str]:
        found, lang = self.asking.questions, self.lang
        links = any(question.kind == "link" for question in found)
        yield word("link" if links else "some" if found else "none", lang, n=len(found))
        follow = sum(question.follow_up for question in found)
        for number, question in enumerate(found, 1):
            yield ""
            if follow and number == len(found) - follow + 1:
                yield f"{'## ' if self.markdown else ''}{word('follow', lang, n=follow)}"
                yield ""
            yield from self.question(number, question)
        yield from self.apart()

    def question(self, number: int, question: Question) -> Iterator[str]:
        lang = self.lang
        start = "   " if self.markdown else "    "
        asked = question.text.of(lang)
        yield f"{number}. **{asked}**" if self.markdown else f"{number}. {click.style(asked, bold=True)}"
        yield f"{start}{word('about', lang)}{_colon(lang)}{self.name(question.subject)}"
        yield f"{start}{why(question).of(lang)} ({'; '.join(article(a, lang) for a in question.articles[:6])})"
        yield f"{start}{word('answer', lang)}{_colon(lang)}{KINDS[question.kind].of(lang)}{self.choices(question)}"
        yield f"{start}{word('who', lang)}{_colon(lang)}{WHO[question.who].of(lang)}"
        for ending in question.endings:
            label = TRUTH[ending.answer].of(lang) if ending.answer in TRUTH else ending.label.of(lang)
            yield f"{start}{word('early', lang, answer=label)}{_colon(lang)}{self.settled(question, ending.ids)}"

    def settled(self, question: Question, ids: tuple[str, ...]) -> str:
        texts = [one.text.of(self.lang).rstrip(".") for one in question.unlocks if one.id in ids]
        return "; ".join(dict.fromkeys(texts))

    def choices(self, question: Question) -> str:
        if not question.choices:
            return ""
        listed = ", ".join(f"{choice.code} ({choice.label.of(self.lang)})" for choice in question.choices)
        return f"{_colon(self.lang)}{listed}"

    def name(self, node: str) -> str:
        return name(node, self.lang, self.asking.report.labels)

    def apart(self) -> Iterator[str]:
        lang = self.lang
        for key, rows in (("judgements", list(self.judgements())), ("contradictions", list(self.contradictions()))):
            if rows:
                yield ""
                yield f"{'## ' if self.markdown else ''}{word(key, lang)}"
                yield from rows

    def judgements(self) -> Iterator[str]:
        for one in self.asking.judgements:
            level = f" [{LEVELS[one.level].of(self.lang)}]" if one.level else ""
            yield f"- {one.text.of(self.lang)}{level} — {self.name(one.subject)}"

    def contradictions(self) -> Iterator[str]:
        for one in self.asking.contradictions:
            sides = [f"{self.name(p.predicate)} = {clean(p.object)} ({clean(p.place)})" for p in one.sides]
            yield f"- {self.name(one.subject)} [{', '.join(one.ids)}]{_colon(self.lang)}" + (
                f" {word('against', self.lang)} ".join(sides)
            )


def as_json(asking: Asking) -> str:
    """The document that `cnil-kg schema questions` describes."""
    found = {
        "tool": {"name": "cnil-kg", "version": __version__},
        "asOf": asking.report.as_of,
        "inputs": list(asking.report.inputs),
        "questions": [_question(question) for question in asking.questions],
        "judgements": [_unlocked(one) for one in asking.judgements],
        "contradictions": [contradiction_of(one) for one in asking.contradictions],
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in asking.errors],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def schema() -> str:
    """The JSON Schema of the document."""
    return resources.files("cnil_kg.formats").joinpath("questions.schema.json").read_text(encoding="utf-8")


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "subject": question.subject,
        "question": text_of(question.text),
        "why": text_of(why(question)),
        "articles": list(question.articles),
        "answerType": question.kind,
        "choices": [{"code": c.code, "iri": c.iri, "label": text_of(c.label)} for c in question.choices],
        "askWhom": question.who,
        "followUp": question.follow_up,
        "unlocks": [_unlocked(one) for one in question.unlocks],
        "endings": [{"answer": e.answer, "settles": list(e.ids)} for e in question.endings],
    }


def _unlocked(one: Unlocked) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": "requirement" if one.level else "conclusion",
        "level": one.level or None,
        "subject": one.subject,
        "text": text_of(one.text),
    }


def as_yaml(asking: Asking, lang: str) -> str:
    """A file to fill in: each question as a comment, the line that answers it under it, not yet in force."""
    book = asking.reasoned.rulebook
    lines = [f"# {word('fill', lang)}", "graph:"]
    for question in asking.questions:
        if question.follow_up and not any(line.startswith("  # == ") for line in lines):
            lines += ["", f"  # == {word('follow', lang, n=sum(q.follow_up for q in asking.questions))}"]
        lines += ["", f"  # {question.text.of(lang)}", f"  # {why(question).of(lang)}"]
        if not can_be_written(question):
            lines.append(f"  # {word('about', lang)}{_colon(lang)}{clean(question.subject)}")
            continue
        shown = _Writer(asking, lang, False).choices(question)
        lines.append(f"  # {word('answer', lang)}{_colon(lang)}{KINDS[question.kind].of(lang)}{shown}")
        held = place(book, question)
        key = book.terms.short.by_iri[question.fact].name
        lines += [f"  # {line[2:]}" for line in held]
        lines.append(f"  # {' ' * (6 if len(held) > 1 else 2)}{key}:")
    return "\n".join(lines) + "\n"
