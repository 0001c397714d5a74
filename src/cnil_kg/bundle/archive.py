"""The ZIP file of a bundle: the same bytes for the same content, and read as what a stranger sent."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.sources import unreadable

MAX_BYTES = 256 << 20
"""Of the file, and of all that it holds."""
MAX_FILES = 10_000
_MAX_DIRECTORY = 4 << 20
_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*")
_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest day a ZIP file can name: a bundle has no clock."""
_ASK = "Ask for the bundle again."
_FOREIGN = "A bundle is what `cnil-kg bundle` writes."


def archived(files: Mapping[str, bytes]) -> bytes:
    """The ZIP file.

    Stored, not compressed: compression differs from one version of zlib to the next.

    Args:
        files: path -> content.

    Raises:
        InputError: it is more than a bundle may hold.
    """
    if sum(len(data) + 1_000 for data in files.values()) > MAX_BYTES or len(files) > MAX_FILES:
        raise InputError("the descriptions and their proofs are more than a bundle may hold", "", "Pack fewer of them.")
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_STORED) as target:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _DAY)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, files[path])
    return memory.getvalue()


def unpacked(name: str) -> dict[str, bytes]:
    """What a ZIP file holds, in memory: nothing is written, whatever its entries are called.

    Args:
        name: the file, as typed.

    Raises:
        InputError: it cannot be read; it is no ZIP file, or damaged; an entry is encrypted, named twice, or named as
            no bundle names one; it holds more than a bundle may.
    """
    try:
        with open(name, "rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(name, error) from error
    _bounded(data, name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            return _contents(source, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError) as error:
        raise InputError(f"is damaged ({printable(str(error))})", name, _ASK) from error
    except (NotImplementedError, RuntimeError) as error:
        raise InputError(f"is packed in a way no bundle is ({printable(str(error))})", name, _FOREIGN) from error


def _bounded(data: bytes, name: str) -> None:
    """Look at the end of the file, before its list of entries is made."""
    if len(data) > MAX_BYTES:
        raise InputError("is larger than 256 MiB", name, _FOREIGN)
    at = data.rfind(b"PK\5\6", max(0, len(data) - 65_600))
    if at < 0 or len(data) - at < 22:
        raise InputError("is no ZIP file", name, _FOREIGN)
    (directory,) = struct.unpack_from("<L", data, at + 12)
    if directory > _MAX_DIRECTORY or data[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise InputError("lists more files than a bundle may hold", name, _FOREIGN)


def _contents(source: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    entries = source.infolist()
    if len(entries) > MAX_FILES or sum(e.file_size for e in entries) > MAX_BYTES:
        raise InputError("holds more than a bundle may", name, _FOREIGN)
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for entry in entries:
        shown = printable(entry.orig_filename)
        if not _NAME.fullmatch(entry.orig_filename):
            raise InputError(f'holds an entry named "{shown[:80]}", as no bundle does', name, _FOREIGN)
        if entry.flag_bits & 1:
            raise InputError(f"is encrypted ({shown})", name, "Give the bundle as `cnil-kg bundle` wrote it.")
        if entry.filename in found:
            raise InputError(f"holds {shown} twice", name, _FOREIGN)
        with source.open(entry) as file:  # what an entry says of its size is not believed
            found[entry.filename] = file.read(left + 1)
        left -= len(found[entry.filename])
        if left < 0:
            raise InputError("holds more than a bundle may", name, _FOREIGN)
    return found
