"""`cnil-kg convert`: the same statements in another syntax."""

from __future__ import annotations

from typing import BinaryIO

from cnil_kg.errors import InputError
from cnil_kg.inputs.lines import statements
from cnil_kg.inputs.reading import plain
from cnil_kg.inputs.sources import Document, documents
from cnil_kg.outputs.turtle import as_turtle
from cnil_kg.outputs.yamlform import as_yaml
from cnil_kg.rulebook import load_rulebook


def converted(source: str, form: str, *, format: str | None = None, stdin: BinaryIO | None = None) -> str:
    """A description in another syntax.

    Args:
        source: a file, or `-`.
        form: `turtle` or `yaml`.
        format: the syntax of the source where its name does not tell it.
        stdin: what `-` reads.

    Raises:
        InputError: the source cannot be read, is a folder, or holds what the syntax cannot say.
    """
    found = list(documents([source], format, stdin))
    error = next((d for d in found if isinstance(d, InputError)), None)
    if error is not None or len(found) != 1:
        raise error or InputError("convert reads one file", source, "Name the file itself.")
    document = found[0]
    assert isinstance(document, Document)
    terms = load_rulebook().terms
    triples = list(dict.fromkeys(quad.triple for quad, _ in statements(plain(document, terms))))
    if not triples:
        raise InputError("The file states nothing.", source, "Describe at least one project in it.")
    return as_yaml(triples, terms.short) if form == "yaml" else as_turtle(triples)
