"""Write `docs/explain.md`: `cnil-kg explain` on one established, excluded and undetermined verdict of each question."""

from __future__ import annotations

import os
from pathlib import Path

from cnil_kg.explain import explain
from cnil_kg.formats.explain import render
from cnil_kg.formats.words import QUESTIONS, STATUSES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explain.md"
AS_OF = "2026-11-25"
SHOWN = {
    ("scope", "established"): ("examples/bank.ttl", "training"),
    ("scope", "excluded"): ("tests/cases/F5-04/fires-row-0a-no-personal-data.ttl", "p"),
    ("scope", "undetermined"): ("tests/cases/F2-01/fail-set-too-late.ttl", "p"),
    ("regime", "established"): ("examples/bank.ttl", "training"),
    ("regime", "undetermined"): ("tests/cases/F3-01/pass-controller.ttl", "p"),
    ("purpose", "established"): ("examples/bank.ttl", "training"),
    ("purpose", "excluded"): ("tests/cases/F2-01/fail-set-too-late.ttl", "p"),
    ("purpose", "undetermined"): ("examples/processor.ttl", "own-product"),
    ("role", "established"): ("examples/bank.ttl", "bank"),
    ("role", "excluded"): ("tests/cases/F3-01/pass-none.ttl", "a"),
    ("role", "undetermined"): ("tests/cases/F2-01/fail-set-too-late.ttl", "p"),
    ("legalBasis", "established"): ("examples/bank.ttl", "training"),
    ("legalBasis", "excluded"): ("tests/cases/F4A-01/fail-consent-falls.ttl", "p"),
    ("legalBasis", "undetermined"): ("examples/public-body.ttl", "training"),
    ("reuse", "established"): ("examples/hospital.ttl", "images"),
    ("reuse", "excluded"): ("examples/processor.ttl", "messages"),
    ("reuse", "undetermined"): ("examples/bank.ttl", "transactions"),
    ("dpia", "established"): ("examples/llm.ttl", "training"),
    ("dpia", "excluded"): ("examples/processor.ttl", "training"),
    ("dpia", "undetermined"): ("examples/processor.ttl", "own-product"),
}
"""(question, status) -> description, subject. A legal regime is never excluded: another one applies."""
HEAD = """\
# Why: proofs and what is missing

What `cnil-kg explain FILE QUESTION --lang en` answers, for one established, one excluded and one undetermined verdict
of each question (a legal regime is never excluded: another one applies). Each proof ends in stated facts, with file
and line; they carry the verdict, and no part of them does. Where a rule counts more than it needs, the proof shows
one sufficient set and names the rest; where several rules conclude the same, it takes the binding text before the
presumption and names the other routes. Written by `scripts/make_explain.py`; a test holds it to date.

## A proof as a picture

`cnil-kg explain FILE QUESTION --graph proof.svg` draws it; `.html` adds the text beside it, `.dot` is for Graphviz.
Each is one file that asks for nothing; a file that is there is never written over. Arrows go from premises to what
rests on them. What a box is stands in its first line and in its outline, not in its colour alone: a conclusion
established (double line), excluded (corners cut off) or undetermined (dashed), a rule with its id, sheet and
articles, a fact stated or denied with its file and line, a count or comparison, what a rule presumes (dotted), a fact
that is missing. With `--why-not`, also the rules that did not fire. Pictures need `pip install 'cnil-kg[graphs]'`.
"""


def page() -> str:
    """The page, as it should stand."""
    parts = [HEAD]
    for (question, status), (file, subject) in SHOWN.items():
        parts.append(f"\n## {QUESTIONS[question].en}: {STATUSES[status].en}\n")
        parts.append(f"`cnil-kg explain {file} {question} --subject {subject} --lang en`\n")
        found = explain([file], question, subject=subject, as_of=AS_OF)
        assert status in {e.conclusion.status for e in found.explanations if e.conclusion}, (file, question)
        parts.append(f"```text\n{render(found, 'en')}```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    os.chdir(ROOT)
    PAGE.write_text(page(), encoding="utf-8")
