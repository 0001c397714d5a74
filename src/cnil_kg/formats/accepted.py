"""What a reader is told of waivers and of a baseline, in text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnil_kg.formats.words import clean, counted, phrase
from cnil_kg.model import Baselined, Finding


def acceptance(finding: Finding, lang: str) -> str:
    """Who accepts a waived finding, until when and why; of binding text, also that it stands."""
    w = finding.waiver
    assert w is not None, "the finding is not waived"
    told = phrase("waivedBy", lang, approver=w.approver, day=w.expires, reason=w.reason, place=w.place)
    return clean(f"{told} {phrase('stands', lang)}" if finding.level == "must" else told)


def waiver_counts(waived: Mapping[str, int], lang: str) -> Iterator[str]:
    """The lines of the summary on waivers (`summary(report)["waived"]`); none where there is no waiver."""
    colon = " : " if lang == "fr" else ": "
    counts = {status: n for status, n in waived.items() if status != "elsewhere"}
    if any(counts.values()):
        yield f"{phrase('waivers', lang)}{colon}{counted(counts, lang)}"
    if waived["elsewhere"]:
        yield phrase("elsewhere", lang, n=waived["elsewhere"])


def baseline_counts(known: Baselined | None, lang: str) -> Iterator[str]:
    """The lines of the summary on a baseline."""
    if known is None:
        return
    colon = " : " if lang == "fr" else ": "
    findings = counted({"violated": known.violated, "undetermined": known.undetermined}, lang)
    counts = [
        f"{phrase('findings', lang)}{colon}{findings}",
        f"{phrase('conclusions', lang)}{colon}{counted({'undetermined': known.conclusions}, lang)}",
        f"{phrase('contradictions', lang)}{colon}{known.contradictions}",
    ]
    yield phrase("known", lang, file=clean(known.file), n=known.hidden, counts="; ".join(counts))
    yield phrase("gone", lang, n=known.gone)
    if known.elsewhere:
        yield phrase("notRead", lang, n=known.elsewhere)
