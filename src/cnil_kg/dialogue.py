"""The questions of `cnil-kg ask`, put one after the other in a terminal.

After each answer everything is concluded anew, so that nothing is asked that the answers already settle.
"""

from __future__ import annotations

import click

from cnil_kg.answering import Session, can_be_written, read_answer
from cnil_kg.ask import Asking, Question
from cnil_kg.errors import InputError
from cnil_kg.formats.ask import why
from cnil_kg.formats.words import article, clean
from cnil_kg.model import Text
from cnil_kg.rulebook import load_rulebook
from cnil_kg.wording import KINDS, WHO

_WORDS = {
    "start": Text(
        "Entrée : passer la question ; ? : les réponses possibles ; fin : arrêter et garder les réponses.",
        "Enter: skip the question; ?: what can be answered; end: stop and keep the answers.",
    ),
    "left": Text("[{n} questions]", "[{n} questions]"),
    "one": Text("[1 question]", "[1 question]"),
    "about": Text("à propos de {subject} ; qui sait : {who}", "about {subject}; who knows: {who}"),
    "wrong": Text("Cela ne répond pas à la question. Attendu : {kind}.", "That is no answer. Expected: {kind}."),
    "kept": Text("La réponse ne change rien : un autre fait est déjà énoncé ici, à corriger dans le fichier.",
                 "The answer changes nothing: another fact is stated there already, to be corrected in the file."),
    "written": Text("Réponses écrites dans {file}.", "Answers written to {file}."),
    "beside": Text("Réponses écrites dans {file} ; donnez les deux : cnil-kg validate {path} {file}",
                   "Answers written to {file}; give both: cnil-kg validate {path} {file}"),
    "nothing": Text("Aucune réponse : rien n'est écrit.", "No answer: nothing is written."),
    "done": Text("Plus rien n'est indéterminé faute de faits.", "Nothing is undetermined for want of facts any more."),
    "open": Text("Restent {n} questions.", "{n} questions are left."),
    "nameless": Text("{n} questions portent sur des nœuds sans nom : nommez-les ou répondez-y dans le fichier.",
                     "{n} questions are about nodes without a name: name them, or answer them, in the file."),
}  # fmt: skip
_END = ("fin", "end")


def converse(path: str, target: str | None, *, lang: str, as_of: str | None, format: str | None) -> int:
    """Put the questions, and write the answers to a copy.

    Args:
        path: the description.
        target: the file to write, default beside it.
        lang: `fr` or `en`.
        as_of: ISO date of the law to apply.
        format: the syntax of the description, where its name does not tell it.

    Returns:
        The exit code: 0, or 2 when the description cannot be read.

    Raises:
        InputError: the description cannot be read, or the copy cannot be written.
    """
    session = Session(path, as_of=as_of, format=format)
    asking = session.asking()
    if asking.errors:
        raise asking.errors[0]
    if target is not None:
        _free(target)
    click.echo(_word("start", lang))
    seen: set[tuple[str, str]] = set()
    try:
        while question := _next(asking, seen):
            seen.add((question.fact, question.subject))
            if _answered(session, question, sum(map(_due, asking.questions)), lang):
                asking = session.asking()
                if any((q.fact, q.subject) == (question.fact, question.subject) for q in asking.questions):
                    click.echo(_word("kept", lang))
    except (_Stopped, click.Abort, KeyboardInterrupt, EOFError):
        click.echo()
    _close(session, asking, path, target, lang)
    return 0


class _Stopped(Exception):
    """The user wants to stop."""


def _free(target: str) -> None:
    import os  # noqa: PLC0415

    if os.path.lexists(target):  # told before anything is asked
        raise InputError("exists already", target, "Choose another name, or move it away first.")


def _due(question: Question) -> bool:
    return can_be_written(question) and not question.follow_up


def _next(asking: Asking, seen: set[tuple[str, str]]) -> Question | None:
    return next((q for q in asking.questions if _due(q) and (q.fact, q.subject) not in seen), None)


def _answered(session: Session, question: Question, left: int, lang: str) -> bool:
    """Ask until there is an answer, or none is given."""
    click.echo()
    click.secho(f"{_word('one' if left == 1 else 'left', lang, n=left)} {question.text.of(lang)}", bold=True)
    click.echo("  " + _word("about", lang, subject=clean(question.subject), who=WHO[question.who].of(lang)))
    click.echo(f"  {why(question).of(lang)} ({'; '.join(article(a, lang) for a in question.articles[:6])})")
    for number, choice in enumerate(question.choices, 1):
        click.echo(f"  {number:>3}  {choice.code}  {choice.label.of(lang)}")
    while True:
        text = click.prompt(
            f"  {KINDS[question.kind].of(lang)}",
            default="",
            show_default=False,
            prompt_suffix=" : " if lang == "fr" else ": ",
        ).strip()
        if not text:
            return False
        if text.lower() in _END:
            raise _Stopped
        if text == "?":
            click.echo(f"  {KINDS[question.kind].of(lang)}")
            continue
        try:
            values = read_answer(load_rulebook(), question, text)
        except InputError:
            click.echo("  " + _word("wrong", lang, kind=KINDS[question.kind].of(lang)))
            continue
        if values:
            session.given.append((question, values))
        return bool(values)


def _close(session: Session, asking: Asking, path: str, target: str | None, lang: str) -> None:
    left = [question for question in asking.questions if not question.follow_up]
    nameless = sum(not can_be_written(question) for question in left)
    if nameless:
        click.echo(_word("nameless", lang, n=nameless))
    click.echo(_word("open", lang, n=len(left)) if left else _word("done", lang))
    if not session.given:
        click.echo(_word("nothing", lang))
        return
    apart = session.apart
    file = session.save(target)
    click.echo(_word("beside" if apart else "written", lang, file=clean(file), path=clean(path)))


def _word(key: str, lang: str, **parts: object) -> str:
    return _WORDS[key].of(lang).format(**parts)
