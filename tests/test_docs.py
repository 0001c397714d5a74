"""The documentation holds together: pages that rules and documents name exist, and name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnil_kg.rulebook import load_rulebook
from cnil_kg.validate import requirements
from harness import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = ROOT / "docs" / "decisions"


def named_by_rules() -> set[str]:
    headers = (p.read_text(encoding="utf-8") for p in (ROOT / "queries" / "rules").rglob("*.rq"))
    return {name for text in headers for name in re.findall(r"^# decision: (\S+)$", text, re.MULTILINE)}


def test_every_decision_named_by_a_rule_has_its_page() -> None:
    assert named_by_rules() <= {p.stem for p in DECISIONS.glob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    links = [link for link in links if link != "rules/index.md"]  # made with the site: see test_site
    assert [link for link in links if link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_paths_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:ontology|shapes|queries|src|tests|docs|examples|scripts|benchmarks)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", sorted(DECISIONS.glob("*.md")), ids=lambda p: p.stem)
def test_rules_named_by_a_decision_exist(page: Path) -> None:
    book = load_rulebook()
    known = {rule.id for rule in book.rules} | {rule.entry for rule in book.rules}
    known |= {requirement.id for requirement in requirements(book.shapes)}
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"^Rules? (.+)\.$", text, re.MULTILINE):
        assert set(re.findall(r"F\d+[AB]?-\d+[a-z]?", line)) <= known
