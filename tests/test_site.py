"""The pages of the documentation site: one an entry and a fiche, in both languages, their links leading somewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cnil_kg.catalogue import catalogue
from cnil_kg.formats.rulepage import pages
from cnil_kg.rulebook import load_rulebook
from harness import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from make_site import LANGUAGES, sources

BOOK = load_rulebook()
ENTRIES = catalogue(BOOK)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_has_its_page_and_no_page_is_without_entry(lang: str) -> None:
    found = pages(BOOK, ENTRIES, lang)
    ids = {e.id for e in ENTRIES}
    assert {Path(name).stem for name in found} == ids | {e.fiche for e in ENTRIES} | {"index"}
    for entry in ENTRIES:
        page = found[f"{entry.id}.md"]
        assert page.startswith(f"# {entry.id}\n")
        assert [name for name in entry.files if f"`{name}`" not in page] == []
        assert [case for case in entry.cases if f"`{case}`" not in page] == []
        assert f"[{entry.id}]({entry.id}.md)" in found[f"{entry.fiche}.md"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_inside_the_site_leads_to_a_page(lang: str, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    sources(folder, lang)
    lost = [
        (str(page.relative_to(folder)), target)
        for page in sorted(folder.rglob("*.md"))
        for target in _LINK.findall(re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S))
        if not target.startswith(("http", "mailto:")) and not (page.parent / target).exists()
    ]
    assert lost == []


def test_the_languages_differ() -> None:
    french, english = (pages(BOOK, ENTRIES, lang) for lang in LANGUAGES)
    assert french.keys() == english.keys()
    assert [name for name in french if french[name] == english[name]] == []
