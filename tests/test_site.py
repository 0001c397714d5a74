"""The pages of the documentation site: one an entry and a fiche, in both languages, their links leading somewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cnil_kg.catalogue import catalogue
from cnil_kg.formats.rulepage import pages
from cnil_kg.formats.words import article
from cnil_kg.rulebook import load_rulebook
from harness import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from make_site import LANGUAGES, build, sources

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
        assert f"\n# {entry.id} :" in page or f"\n# {entry.id}: " in page
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


def test_the_site_builds_without_warning_and_each_page_leads_to_its_twin(tmp_path: Path) -> None:
    assert build(tmp_path, languages=("en",)) == 0
    pages_built = {path.stem for path in (tmp_path / "en" / "rules").glob("*.html")}
    assert pages_built == {e.id for e in ENTRIES} | {e.fiche for e in ENTRIES} | {"index"}
    page = (tmp_path / "en" / "rules" / "F5-30.html").read_text(encoding="utf-8")
    assert 'href="../../fr/rules/F5-30.html"' in page
    fetched = re.findall(r"""(?:src|<link[^>]*href)=["'](https?:[^"']+)""", page)
    assert fetched == []


@pytest.mark.parametrize(
    ("reference", "french", "english"),
    [
        ("GDPR 35(1)", "RGPD, art. 35(1)", "GDPR, art. 35(1)"),
        ("AI Act Annex III", "règlement IA, annexe III", "AI Act, Annex III"),
        ("GDPR 6(1) second subparagraph", "RGPD, art. 6(1) deuxième alinéa", "GDPR, art. 6(1) second subparagraph"),
        ("GDPR Recital 26", "RGPD, cons. 26", "GDPR, recital 26"),
    ],
)
def test_an_article_is_cited_as_a_lawyer_of_the_language_does(reference: str, french: str, english: str) -> None:
    assert (article(reference, "fr"), article(reference, "en")) == (french, english)
