"""A picture in a file, in the form that its name asks for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cnil_kg.errors import InputError
from cnil_kg.formats.graph.boxes import Panel
from cnil_kg.formats.graph.layout import dot
from cnil_kg.formats.graph.page import page
from cnil_kg.formats.graph.svg import svg
from cnil_kg.outputs.file import write_new

FORMS = (".svg", ".html", ".dot")


def check_name(name: str) -> None:
    """Refuse, before anything is worked out, a name whose end says no form, or a file that is there.

    Raises:
        InputError: the name cannot be used.
    """
    if os.path.splitext(name)[1].lower() not in FORMS:
        raise InputError("is not the name of a picture", name, f"End it in {', '.join(FORMS)}.")
    if os.path.lexists(name):
        raise InputError("exists already", name, "Choose another name, or move it away first.")


def draw(panels: Sequence[Panel], name: str, lang: str, *, title: str, description: str, direction: str = "RL") -> None:
    """Write the picture of `panels`, complete or not at all.

    Args:
        panels: the graphs.
        name: the file; `.svg`, `.html` or `.dot`.
        lang: `fr` or `en`.
        title, description: what it is and how to read it.
        direction: where arrows point, as Graphviz says it (`RL`, `LR`).

    Raises:
        InputError: the name cannot be used, or the libraries are not installed.
    """
    check_name(name)
    form = os.path.splitext(name)[1].lower()
    if form == ".dot":
        text = dot(panels, title, direction)
    elif form == ".svg":
        text = svg(panels, title, description, direction)
    else:
        text = page(panels, title, description, lang, direction)
    write_new(text, name)
