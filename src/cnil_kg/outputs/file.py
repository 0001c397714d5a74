"""A result in a file: never over another one, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

from cnil_kg.errors import InputError


def ensure_new(name: str) -> None:
    """Look, before the work begins, whether a file is there already.

    Raises:
        InputError: it is.
    """
    if os.path.lexists(name):
        raise _taken(name)


def _taken(name: str) -> InputError:
    return InputError("exists already", name, "Choose another name, or move it away first.")


def write_new(content: str | bytes, name: str) -> None:
    """Write a file that is not there yet; it appears under its name once it is complete.

    Args:
        content: text, written in UTF-8, or bytes.
        name: where.

    Raises:
        InputError: it is there already, or the place cannot be written.
    """
    ensure_new(name)
    data = content.encode("utf-8") if isinstance(content, str) else content
    part = ""
    try:
        handle, part = tempfile.mkstemp(prefix=".cnil-kg-", dir=os.path.dirname(name) or ".")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(part, 0o666 & ~_mask())
        _place(part, name, data)
    except FileExistsError as error:
        raise _taken(name) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"cannot be written ({reason})", name, "Choose a folder you may write in.") from error
    finally:
        with suppress(OSError):
            os.unlink(part)


def _place(part: str, name: str, data: bytes) -> None:
    """Give the complete file its name; where links do not exist, create it under the condition that it is new."""
    try:
        os.link(part, name)
    except FileExistsError:
        raise
    except OSError:
        with open(name, "xb") as file:
            file.write(data)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
