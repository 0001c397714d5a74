"""The catalogue as pages of the documentation, in Markdown: one an entry, an index a fiche."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from cnil_kg.catalogue import Entry, labels
from cnil_kg.formats.rules import LEVELS, OUTCOMES, WORDS, texts
from cnil_kg.formats.words import article
from cnil_kg.model import Text
from cnil_kg.rulebook import Rulebook
from cnil_kg.vocab import CKG

_TITLES = {
    "rules": Text("Les règles, fiche par fiche", "The rules, sheet by sheet"),
    "lead": Text(
        "Chaque entrée des fiches 0 à 7 : son texte, ce qu'elle lit, ce qui la met en œuvre, les cas qui l'éprouvent.",
        "Every entry of sheets 0 to 7: its text, what it reads, what implements it, the cases that hold it to account.",
    ),
    "level": Text("Niveau", "Level"),
    "status": Text("État", "Status"),
    "source": Text("Texte de la règle", "The rule as written"),
}


def pages(book: Rulebook, entries: tuple[Entry, ...], lang: str) -> dict[str, str]:
    """The pages of the rules.

    Args:
        book: the rulebook.
        entries: the whole catalogue.
        lang: `fr` or `en`.

    Returns:
        Path under `rules/` -> Markdown.
    """
    by_fiche: dict[str, list[Entry]] = {}
    for entry in entries:
        by_fiche.setdefault(entry.fiche, []).append(entry)
    found = {"index.md": _index(list(by_fiche), lang)}
    ids = {entry.id for entry in entries}
    for fiche, members in by_fiche.items():
        found[f"{fiche}.md"] = "\n".join(_fiche(book, fiche, members, lang))
        for entry in members:
            found[f"{entry.id}.md"] = "\n".join(_entry(book, entry, ids, lang))
    return found


def _index(fiches: list[str], lang: str) -> str:
    tree = "\n".join(fiches)
    return f"# {_of('rules', lang)}\n\n{_of('lead', lang)}\n\n```{{toctree}}\n:maxdepth: 1\n\n{tree}\n```\n"


def _fiche(book: Rulebook, fiche: str, members: list[Entry], lang: str) -> Iterator[str]:
    title = book.label(CKG + fiche).of(lang)
    yield f"# {title[:1].upper()}{title[1:]}\n"
    yield f"| | {_of('level', lang)} | |\n|---|---|---|"
    for entry in members:
        marks = [LEVELS[entry.level].of(lang)]
        marks += [WORDS["notEncoded"].of(lang)] if entry.status == "notEncoded" else []
        marks += [WORDS["confirm"].of(lang)] if entry.to_be_confirmed else []
        yield f"| [{entry.id}]({entry.id}.md) | {', '.join(marks)} | {_cell(entry.text.of(lang))} |"


def _entry(book: Rulebook, entry: Entry, ids: set[str], lang: str) -> Iterator[str]:
    colon = " :" if lang == "fr" else ":"
    fiche = book.label(CKG + entry.fiche).of(lang)
    text = _plain(entry.text.of(lang))
    yield "---\norphan: true\n---\n"  # reached from its fiche: 390 lines in every sidebar help nobody
    yield f"# {entry.id}{colon} {textwrap.shorten(text, 90, placeholder='…')}\n"
    yield f"> {text}\n"
    yield f"- [{fiche}]({entry.fiche}.md)"
    yield f"- {_of('level', lang)}{colon} **{LEVELS[entry.level].of(lang)}**"
    yield f"- {_of('status', lang)}{colon} {WORDS[entry.status].of(lang)}"
    if entry.articles:
        yield f"- {'; '.join(article(a, lang) for a in entry.articles)}"
    yield from (f"- {WORDS[key].of(lang)}" for key, holds in _marks(entry).items() if holds)
    if entry.valid_from:
        yield f"- {WORDS['from'].of(lang)} {entry.valid_from}"
    yield from _list("explains", [_link(e, ids) for e in entry.explains], lang)
    yield from _list("explained", [_link(e, ids) for e in entry.explained_by], lang)
    yield from _list("decisions", [f"[{d}](../decisions/{d}.md)" for d in entry.decisions], lang)
    yield from _list("files", [f"`{name}`" for name in entry.files], lang)
    if entry.cases:
        cases = entry.cases_by_outcome().items()
        lines = [f"{OUTCOMES[o].of(lang)}{colon} {', '.join(f'`{name}`' for name in names)}" for o, names in cases]
        yield from _list("cases", [f"`tests/cases/{entry.id}/`", *lines], lang)
    yield from _list("reads", [_plain(line) for line in labels(book, entry.reads, lang)], lang)
    yield from _list("sources", [_plain(source) for source in entry.sources], lang)
    written = list(texts(book, entry))
    if written:
        yield f"\n## {_of('source', lang)}\n"
    for name, text in written:
        yield f"`{name}`\n"
        yield f"```{'sparql' if name.endswith('.rq') else 'turtle'}\n{text.rstrip()}\n```\n"


def _marks(entry: Entry) -> dict[str, bool]:
    return {"confirm": entry.to_be_confirmed, "own": entry.own_judgement}


def _list(key: str, lines: list[str], lang: str) -> Iterator[str]:
    if lines:
        yield f"\n## {WORDS[key].of(lang)}\n"
        yield from (f"- {line}" for line in lines)


def _link(name: str, ids: set[str]) -> str:
    return f"[{name}]({name}.md)" if name in ids else f"`{name}`"


def _of(key: str, lang: str) -> str:
    return _TITLES[key].of(lang)


def _plain(text: str) -> str:
    """A text with addresses that can be followed and nothing that Markdown would obey."""
    escaped = re.sub(r"([\\`*_\[\]<>|$])", r"\\\1", text)
    return re.sub(r"https?://[^\s)]+", lambda m: f"<{m[0].replace(chr(92), '')}>", escaped)


def _cell(text: str) -> str:
    return _plain(text).replace("\n", " ")


def written_pages(book: Rulebook, entries: tuple[Entry, ...], folder: Path, lang: str) -> None:
    """Write the pages under a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages(book, entries, lang).items():
        (folder / name).write_text(text, encoding="utf-8")
