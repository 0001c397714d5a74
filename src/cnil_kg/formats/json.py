"""The report as JSON, by the schema `cnil-kg schema` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import resources
from typing import Any

from cnil_kg import __version__
from cnil_kg.model import Conclusion, Contradiction, Finding, MissingFact, Premise, Report, Text, Waiver, Warning_


def render(report: Report, lang: str) -> str:
    """The JSON document; texts are given in both languages, `lang` chooses nothing here."""
    return json.dumps(document(report), ensure_ascii=False, indent=2) + "\n"


def schema() -> str:
    """The published JSON Schema of the document."""
    return resources.files("cnil_kg.formats").joinpath("report.schema.json").read_text(encoding="utf-8")


def document(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "tool": {"name": "cnil-kg", "version": __version__},
        "asOf": report.as_of,
        "inputs": list(report.inputs),
        "examined": asdict(report.examined),
        "conclusions": [_conclusion(c) for c in report.conclusions],
        "findings": [_finding(f) for f in report.findings],
        "contradictions": [contradiction_of(c) for c in report.contradictions],
        "warnings": [_warning(w) for w in report.warnings],
        "errors": [{"what": e.what, "where": e.where, "repair": e.repair} for e in report.errors],
        "notCovered": [
            {"fiche": n.fiche, "subject": text_of(n.subject), "entries": list(n.entries)} for n in report.not_covered
        ],
        "summary": summary(report),
        "verification": [asdict(c) for c in report.checks],
        "baseline": asdict(report.baseline) if report.baseline is not None else None,
    }


def summary(report: Report) -> dict[str, dict[str, int]]:
    """Counts by status of all that was examined.

    What is waived counts as what it is, and again apart; what a baseline hides counts too.
    """
    known = report.baseline
    conclusions = dict.fromkeys(("established", "excluded", "undetermined"), 0)
    for c in report.conclusions:
        conclusions[c.status] += 1
    conclusions["undetermined"] += known.conclusions if known else 0
    findings = dict.fromkeys(("met", "violated", "undetermined", "notApplicable"), 0)
    for f in report.findings:
        findings[f.status] += 1
    if known:
        findings["violated"] += known.violated
        findings["undetermined"] += known.undetermined
    waived = dict.fromkeys(("violated", "undetermined"), 0)
    for f in report.findings:
        if f.waiver is not None:
            waived[f.status] += 1
    return {
        "conclusions": conclusions,
        "findings": findings,
        "contradictions": {"all": len(report.contradictions) + (known.contradictions if known else 0)},
        "waived": waived | {"elsewhere": report.waivers_elsewhere},
    }


def text_of(text: Text | None) -> dict[str, str] | None:
    """A sentence in both languages."""
    return {"fr": text.fr, "en": text.en} if text is not None else None


def _premise(p: Premise) -> dict[str, Any]:
    base: dict[str, Any] = {"subject": p.subject, "predicate": p.predicate, "object": p.object}
    return base | ({"conclusion": p.conclusion} if p.conclusion else {"file": p.file, "line": p.line})


def _missing(m: MissingFact) -> dict[str, Any]:
    return {"property": m.property, "label": text_of(m.label), "subject": m.subject}


def _conclusion(c: Conclusion) -> dict[str, Any]:
    return {
        "id": c.id,
        "question": c.question,
        "project": c.project,
        "subject": c.subject,
        "object": c.object,
        "value": c.value,
        "status": c.status,
        "presumed": c.presumed,
        "toBeConfirmed": c.to_be_confirmed,
        "rules": list(c.rules),
        "articles": list(c.articles),
        "fiche": c.fiche,
        "text": text_of(c.text),
        "premises": [_premise(p) for p in c.premises],
        "steps": [{"id": s.id, "value": s.value, "status": s.status} for s in c.steps],
        "reason": c.reason,
        "missing": [_missing(m) for m in c.missing],
    }


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "id": f.id,
        "project": f.project,
        "subject": f.subject,
        "status": f.status,
        "level": f.level,
        "message": text_of(f.message),
        "articles": list(f.articles),
        "fiche": f.fiche,
        "toBeConfirmed": f.to_be_confirmed,
        "reason": f.reason,
        "missing": [_missing(m) for m in f.missing],
        "waiver": _waiver(f.waiver) if f.waiver is not None else None,
    }


def _waiver(w: Waiver) -> dict[str, Any]:
    return {"reason": w.reason, "approver": w.approver, "expires": w.expires, "file": w.file, "line": w.line}


def contradiction_of(c: Contradiction) -> dict[str, Any]:
    """A contradiction with both sides."""
    return {"project": c.project, "subject": c.subject, "sides": [_premise(p) for p in c.sides], "ids": list(c.ids)}


def _warning(w: Warning_) -> dict[str, Any]:
    place = {"file": w.where.file, "line": w.where.line} if w.where else {"file": None, "line": None}
    return {"code": w.code, "text": text_of(w.text), "term": w.term} | place
