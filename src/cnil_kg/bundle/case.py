"""One case: descriptions as given, waivers, a day; and what cnil-kg makes of it, file by file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnil_kg.config import parse_config
from cnil_kg.errors import InputError
from cnil_kg.explain import explain_run
from cnil_kg.formats.explain import as_json
from cnil_kg.formats.json import document
from cnil_kg.inputs.sources import Document, as_document, checked
from cnil_kg.load import from_documents
from cnil_kg.model import Finding, Report
from cnil_kg.reason import Reasoned, reason
from cnil_kg.report import build
from cnil_kg.rulebook import Rule, Rulebook
from cnil_kg.validate import requirements
from cnil_kg.waivers import Elsewhere, waived


@dataclass(frozen=True)
class Given:
    """A description: where it lies in the bundle, its syntax, its bytes as they were given."""

    path: str
    syntax: str
    data: bytes


@dataclass(frozen=True)
class Case:
    """What a result depends on, but for the versions."""

    descriptions: tuple[Given, ...]
    configs: tuple[tuple[str, bytes], ...]
    as_of: str


@dataclass(frozen=True)
class Outcome:
    """What comes out of a case; `findings`: as they were before waivers."""

    reasoned: Reasoned
    report: Report
    findings: tuple[Finding, ...]


def outcome(case: Case, book: Rulebook, elsewhere: Elsewhere) -> Outcome:
    """Work a case out, files named as they are in the bundle."""
    facts = from_documents(_documents(case), book.terms)
    reasoned = reason(facts, book, case.as_of)
    bare = build(reasoned)
    configs = [parse_config(data, path) for path, data in case.configs]
    report = waived(bare, reasoned, configs, elsewhere) if configs else bare
    return Outcome(reasoned, report, bare.findings)


def _documents(case: Case) -> Iterator[Document | InputError]:
    for number, given in enumerate(case.descriptions, 1):
        try:
            yield as_document(given.path, checked(given.data, given.path), number, given.syntax)
        except InputError as error:
            yield error


def results(found: Outcome) -> dict[str, bytes]:
    """The result, its proofs (of each conclusion and each violated requirement), the texts of the rules used."""
    violated = sorted({f.id for f in found.report.findings if f.status == "violated"})
    return {
        "report.json": json_bytes(document(found.report)),
        "proofs.json": as_json(explain_run(found.reasoned, (None, *violated))).encode(),
        "rules.json": json_bytes(_rules(found)),
    }


def json_bytes(data: Any) -> bytes:
    """A document as it stands in a bundle."""
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _rules(found: Outcome) -> dict[str, Any]:
    """The rules that derived something, and the requirements that were looked at."""
    book = found.reasoned.rulebook
    used = {rule.id: rule for derivation in found.reasoned.derived.values() for rule in derivation.rules}
    looked_at = {f.id for f in found.report.findings}
    return {
        "rules": [_rule(used[id_], book) for id_ in sorted(used)],
        "requirements": [
            {
                "id": r.id,
                "level": r.level,
                "fiche": r.fiche,
                "articles": list(r.articles),
                "text": {"fr": r.message.fr, "en": r.message.en},
            }
            for r in requirements(book.shapes)
            if r.id in looked_at
        ],
    }


def _rule(rule: Rule, book: Rulebook) -> dict[str, Any]:
    query = (book.root / rule.path).read_text(encoding="utf-8") if rule.path.endswith(".rq") else None
    return {
        "id": rule.id,
        "entry": rule.entry,
        "articles": list(rule.articles),
        "text": {"fr": rule.text.fr, "en": rule.text.en},
        "path": rule.path,
        "query": query,
    }
