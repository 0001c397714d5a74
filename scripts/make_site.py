"""Build the documentation site in French and in English: `python scripts/make_site.py [FOLDER]`, else `build/site`.

The pages of the rules are made from the catalogue, so nothing generated is kept in the repository; the other pages are
those of `docs/`. Needs the extra `docs`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cnil_kg import __version__
from cnil_kg.catalogue import catalogue
from cnil_kg.formats.rulepage import written_pages
from cnil_kg.rulebook import load_rulebook

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LANGUAGES = ("fr", "en")
CONF = """\
project = "cnil-kg"
html_title = "cnil-kg"
release = {version!r}
language = {lang!r}
extensions = ["myst_parser"]
exclude_patterns = []
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3
templates_path = ["_templates"]
html_search_scorer = {scorer!r}
html_sidebars = {{"**": ["sidebar/brand.html", "language.html", "sidebar/search.html", "sidebar/scroll-start.html",
                        "sidebar/navigation.html", "sidebar/scroll-end.html"]}}
"""
LANGUAGE_LINK = """\
<p style="padding: 0 1.5rem">
<a href="{{{{ '../' * (pagename.count('/') + 1) }}}}{other}/{{{{ pagename }}}}.html">{name}</a></p>
"""
SCORER = """\
const asked = (new URLSearchParams(location.search).get("q") || "").trim().toLowerCase();
var Scorer = {
  // The page of an id comes first when the id itself is asked for.
  score: (result) => (result[0].toLowerCase() === "rules/" + asked ? 1000 : result[4]),
  objNameMatch: 11, objPartialMatch: 6, objPrio: {0: 15, 1: 5, 2: -5}, objPrioDefault: 0,
  title: 15, partialTitle: 7, term: 5, partialTerm: 2,
};
"""
START = """\
<!doctype html><html lang="fr"><meta charset="utf-8"><title>cnil-kg</title>
<meta http-equiv="refresh" content="0; url=fr/index.html">
<p><a href="fr/index.html">Français</a> <a href="en/index.html">English</a></p></html>
"""


def sources(folder: Path, lang: str) -> None:
    """The pages of one language, ready for the generator."""
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("index*.md"))
    shutil.copy(DOCS / f"index.{lang}.md", folder / "index.md")
    book = load_rulebook()
    written_pages(book, catalogue(book), folder / "rules", lang)
    other, name = ("en", "English") if lang == "fr" else ("fr", "Français")
    scorer = folder / "scorer.js"
    scorer.write_text(SCORER, encoding="utf-8")
    (folder / "_templates").mkdir()
    (folder / "_templates" / "language.html").write_text(LANGUAGE_LINK.format(other=other, name=name), encoding="utf-8")
    conf = CONF.format(version=__version__, lang=lang, scorer=str(scorer))
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    (folder / "_static").mkdir()
    (folder / "_static" / "site.css").write_text("td:first-child { white-space: nowrap; }\n", encoding="utf-8")


def build(target: Path, languages: Sequence[str] = LANGUAGES) -> int:
    """Build the site in a folder; 0 when no page had a warning."""
    worst = 0
    for lang in languages:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "docs"
            sources(source, lang)
            # A process a language: the generator keeps the words of the first one it was asked for.
            command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-j", "auto"]
            worst |= subprocess.run([*command, str(source), str(target / lang)], check=False).returncode
    (target / "index.html").write_text(START, encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "site")))
