"""`cnil-kg bundle`: from inputs to the files of a bundle."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from cnil_kg.bundle.archive import archived
from cnil_kg.bundle.case import Case, Given, Outcome, json_bytes, outcome, results
from cnil_kg.bundle.versions import versions
from cnil_kg.config import chosen
from cnil_kg.errors import CnilKgError, InputError
from cnil_kg.inputs.sources import EXTENSIONS, MAX_BYTES, documents, unreadable
from cnil_kg.model import Check, Waiver
from cnil_kg.rulebook import load_rulebook
from cnil_kg.waivers import sought

FORM = 1
"""The version of the form of a bundle."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Packed:
    """A bundle: the ZIP file, how many files it holds, the digest of the list of their digests; or what is wrong."""

    data: bytes
    files: int
    digest: str
    errors: tuple[CnilKgError, ...] = ()


def packed(
    inputs: Sequence[str],
    *,
    config: str | None = None,
    use_config: bool = True,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    as_of: str | None = None,
    checks: Sequence[Check] = (),
) -> Packed:
    """Pack descriptions with all that is needed to work them out again, and what came out.

    Args:
        inputs, config, use_config, format, stdin, as_of: as for `gate.gated`.
        checks: what other engines said, to pack with it.

    Returns:
        The bundle, the same bytes for the same content; nothing is packed where an input or a waiver is in error.
    """
    typed: dict[str, str] = {}
    given, errors = _given(inputs, format, stdin, typed)
    configs, more = _configs(chosen([typed[g.path] for g in given], config, use_config), typed)
    case = Case(tuple(given), configs, as_of or date.today().isoformat())
    if errors or more:
        return Packed(b"", 0, "", (*errors, *more))
    book = load_rulebook()
    away: set[str] = set()
    known = sought(config, book)

    def elsewhere(waiver: Waiver) -> bool:
        """As for `validate`; which subjects those are is packed: their descriptions are not."""
        found = known(replace(waiver, file=typed[waiver.file]))
        away.update({waiver.subject} if found else ())
        return found

    found = outcome(case, book, elsewhere)
    if found.report.errors:
        return Packed(b"", 0, "", tuple(_as_typed(e, typed) for e in found.report.errors))
    how = "none" if not use_config else "beside" if config is None else "named"
    return _sealed(case, found, {"waivers": how}, away, checks)


def _given(
    inputs: Sequence[str], format: str | None, stdin: BinaryIO | None, typed: dict[str, str]
) -> tuple[list[Given], list[CnilKgError]]:
    """The descriptions, their bytes as given, under the names they get; `typed`: those names -> as typed."""
    said = stdin.read(MAX_BYTES + 1) if stdin is not None and "-" in inputs else b""
    found: list[Given] = []
    errors: list[CnilKgError] = []
    for document in documents(inputs, format, io.BytesIO(said)):
        if isinstance(document, InputError):
            errors.append(document)
            continue
        extension = next(e for e, syntax in EXTENSIONS.items() if syntax == document.format)
        path = _path("descriptions", len(found) + 1, "stdin" + extension if document.name == "-" else document.name)
        data = said if document.name == "-" else Path(document.name).read_bytes()
        found.append(Given(path, document.format, data))
        typed[path] = document.name
    return found, errors


def _configs(files: Iterable[str], typed: dict[str, str]) -> tuple[tuple[tuple[str, bytes], ...], list[CnilKgError]]:
    found: list[tuple[str, bytes]] = []
    errors: list[CnilKgError] = []
    for number, file in enumerate(files, 1):
        path = _path("waivers", number, file)
        try:
            found.append((path, Path(file).read_bytes()))
        except OSError as error:
            errors.append(unreadable(file, error))
        typed[path] = file
    return tuple(found), errors


def _path(folder: str, number: int, name: str) -> str:
    """The name of a file in the bundle: it tells nothing of the folders of the machine."""
    return f"{folder}/{number}-{re.sub(r'[^A-Za-z0-9._-]', '_', os.path.basename(name))}"


def _as_typed(error: CnilKgError, typed: Mapping[str, str]) -> CnilKgError:
    """An error about a file under the name the user gave it."""
    what, where = error.what, error.where
    for path, name in typed.items():
        what, where = what.replace(path, name), where.replace(path, name)
    return type(error)(what, where, error.repair)


def _sealed(
    case: Case, found: Outcome, options: Mapping[str, str], away: Iterable[str], checks: Sequence[Check]
) -> Packed:
    files = {g.path: g.data for g in case.descriptions} | dict(case.configs) | results(found)
    if checks:
        told = [{"engine": c.engine, "outcome": c.outcome, "differences": c.differences, "why": c.why} for c in checks]
        files["verification.json"] = json_bytes(told)
    manifest = {
        "bundle": FORM,
        "asOf": case.as_of,
        "options": options,
        "versions": versions(found.reasoned.rulebook, references=bool(checks)),
        "descriptions": [{"path": g.path, "syntax": g.syntax} for g in case.descriptions],
        "waivers": [path for path, _ in case.configs],
        "elsewhere": sorted(away),
        "files": {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)},
    }
    files[MANIFEST] = json_bytes(manifest)
    return Packed(archived(files), len(files), hashlib.sha256(files[MANIFEST]).hexdigest())
