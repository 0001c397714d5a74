"""A picture and its text in one HTML file that asks for nothing: no address, no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from cnil_kg.formats.graph.boxes import Panel, tidy
from cnil_kg.formats.graph.svg import svg
from cnil_kg.formats.words import clean

_STYLE = """
body { font-family: Arial, Helvetica, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff; }
section { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 1rem; margin-bottom: 2rem;
  border-top: 1px solid #999; padding-top: 1rem; }
h1 { font-size: 1.3rem; } h2 { grid-column: 1 / -1; font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
.picture { overflow: auto; max-height: 85vh; border: 1px solid #ccc; resize: both; }
pre { margin: 0; font-size: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 85vh; overflow: auto; }
@media (max-width: 70rem), print { section { display: block; } pre { margin-top: 1rem; max-height: none; }
  .picture { max-height: none; } }
"""


def page(panels: Sequence[Panel], title: str, description: str, lang: str, direction: str = "RL") -> str:
    """The page: each graph in a frame that scrolls, its text beside it."""
    allowed = b64encode(sha256(_STYLE.encode()).digest()).decode()
    lines = [
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'\">",
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(tidy(title))}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{escape(tidy(title))}</h1>\n<p>{escape(tidy(description))}</p>",
    ]
    for panel in panels:
        drawing = svg([panel], panel.title, description, direction, titled=False)
        text = "\n".join(clean(line) for line in panel.text.split("\n"))
        head = "" if panel.title == title else f"<h2>{escape(tidy(panel.title))}</h2>"
        lines.append(f"<section>\n{head}")
        lines.append(f'<div class="picture" tabindex="0">\n{drawing}</div>\n<pre>{escape(text)}</pre>\n</section>')
    return "\n".join([*lines, "</body>\n</html>\n"])
