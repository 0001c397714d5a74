"""The manifest of a bundle, and the bundle held against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cnil_kg.bundle.archive import unpacked
from cnil_kg.bundle.case import Case, Given
from cnil_kg.bundle.pack import FORM, MANIFEST
from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.sources import FORMATS

_ASK = "Ask for the bundle again."
RESULTS = ("report.json", "rules.json", "proofs.json")
"""What is worked out again."""


@dataclass(frozen=True)
class Bundle:
    """A bundle whose files are those it was made of.

    Attributes:
        case: what to work out.
        elsewhere: the subjects of waivers that are about other descriptions.
        versions: with what the result was worked out.
        results: the result, by the name of its file, read as JSON.
        digest: of the manifest, and so of the whole.
        verified: True when other engines were asked too.
    """

    case: Case
    elsewhere: frozenset[str]
    versions: Mapping[str, str]
    results: Mapping[str, Any]
    digest: str
    verified: bool


def read_bundle(name: str) -> Bundle:
    """Read a bundle, and check each file against its digest.

    Raises:
        InputError: it is no bundle, or damaged, or a file of it was changed, added or taken out.
    """
    files = unpacked(name)
    manifest = _manifest(files, name)
    _unchanged(files, manifest["files"], name)
    try:
        case = Case(
            tuple(Given(d["path"], d["syntax"], files[d["path"]]) for d in manifest["descriptions"]),
            tuple((path, files[path]) for path in manifest["waivers"]),
            date.fromisoformat(manifest["asOf"]).isoformat(),
        )
        results = {path: _parsed(files[path], name, path) for path in RESULTS}
        if not case.descriptions or any(given.syntax not in FORMATS for given in case.descriptions):
            raise ValueError("descriptions")
        return Bundle(
            case,
            frozenset(manifest["elsewhere"]),
            {str(k): str(v) for k, v in manifest["versions"].items()},
            results,
            hashlib.sha256(files[MANIFEST]).hexdigest(),
            "verification.json" in files,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"has a manifest that is no bundle's ({printable(str(error))[:80]})", name, _ASK) from error


def _parsed(data: bytes, name: str, path: str) -> Any:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"holds a {path} that is no JSON", name, _ASK) from error


def _manifest(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if MANIFEST not in files:
        raise InputError(f"holds no {MANIFEST}: it is no bundle", name, "A bundle is what `cnil-kg bundle` writes.")
    found = _parsed(files[MANIFEST], name, MANIFEST)
    if not isinstance(found, dict) or "bundle" not in found or not isinstance(found.get("files"), dict):
        raise InputError("has a manifest that is no bundle's", name, _ASK)
    if found["bundle"] != FORM:
        what = f"is a bundle of form {found['bundle']!s:.20}, this version reads form {FORM}"
        raise InputError(what, name, "Replay it with the version that made it.")
    return found


def _unchanged(files: Mapping[str, bytes], digests: Mapping[str, Any], name: str) -> None:
    """Each file is there, is listed and has its digest."""
    listed, there = set(digests), set(files) - {MANIFEST}
    changed = {p for p in listed & there if hashlib.sha256(files[p]).hexdigest() != digests[p]}
    for found, what in ((listed - there, "lacks"), (there - listed, "holds, unlisted,"), (changed, "was changed in")):
        if found:
            shown = printable(", ".join(sorted(found)[:3]))
            raise InputError(f"{what} {shown}: it is not as it was made", name, _ASK)
