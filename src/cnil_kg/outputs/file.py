"""A result in a file: never over another one, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

from cnil_kg.errors import InputError


def write_new(text: str, name: str) -> None:
    """Write a file that is not there yet; it appears under its name once it is complete.

    Raises:
        InputError: it is there already, or the place cannot be written.
    """
    taken = InputError("exists already", name, "Choose another name, or move it away first.")
    if os.path.lexists(name):
        raise taken
    part = ""
    try:
        handle, part = tempfile.mkstemp(prefix=".cnil-kg-", dir=os.path.dirname(name) or ".")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(part, 0o666 & ~_mask())
        _place(part, name, text)
    except FileExistsError as error:
        raise taken from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be written ({reason})", name, "Choose a folder you may write in.") from error
    finally:
        with suppress(OSError):
            os.unlink(part)


def _place(part: str, name: str, text: str) -> None:
    """Give the complete file its name; where links do not exist, create it under the condition that it is new."""
    try:
        os.link(part, name)
    except FileExistsError:
        raise
    except OSError:
        with open(name, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
