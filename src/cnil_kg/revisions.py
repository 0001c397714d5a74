"""Descriptions as they stood in a git revision: `REV:path`, as git itself spells it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import BinaryIO

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import EXTENSIONS, Document, as_document, checked, describes, documents, is_address

_ENVIRONMENT = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
"""Messages as they are, nothing asked, nothing fetched: a revision is read from this machine or not at all."""
_SPELLING = "Write it as git does: HEAD~1:path from the top of the repository, or HEAD~1:./path from here."


def is_revision(source: str) -> bool:
    """Whether an input means a git revision: `REV:path`, unless a file has that very name."""
    revision, colon, _ = source.partition(":")
    return bool(colon and revision) and not is_address(source) and not os.path.exists(source)


def documents_of(
    source: str, format: str | None = None, stdin: BinaryIO | None = None
) -> Iterator[Document | InputError]:
    """The documents of one version of a description.

    Args:
        source: a file, a folder, `-`, an address, or `REV:path`.
        format, stdin: as for `sources.documents`.

    Yields:
        A `Document`, or the `InputError` that says why it could not be read.
    """
    if not is_revision(source):
        yield from documents([source], format, stdin)
        return
    try:
        names = list(_names(source))
    except InputError as error:
        yield error
        return
    for number, (name, found) in enumerate(names, 1):
        try:
            data = checked(_git("show", "--no-textconv", name, where=name), name)
            if found and name.lower().endswith((".yaml", ".yml")) and not describes(data):
                continue
            yield as_document(name, data, number, None if found else format)
        except InputError as error:
            yield error


def _names(source: str) -> Iterator[tuple[str, bool]]:
    """The file itself, or what a folder holds, each with whether it was found in a folder.

    Raises:
        InputError: no such revision or path, or no file to read in the folder.
    """
    if source.startswith("-"):
        raise InputError("A revision does not begin with a dash.", source, _SPELLING)
    kind = _git("cat-file", "-t", source, where=source).strip()
    if kind == b"blob":
        yield source, False
        return
    if kind != b"tree":
        raise InputError("This is neither a file nor a folder of the revision.", source, _SPELLING)
    listed = _git("ls-tree", "-r", "-z", "--name-only", "--full-tree", source, where=source)
    names = [n for n in os.fsdecode(listed).split("\0") if n]
    names = [n for n in names if os.path.splitext(n)[1].lower() in EXTENSIONS and not _hidden(n)]
    if not names:
        raise InputError("The folder holds no file to read in that revision.", source, _SPELLING)
    folder = source if source.endswith((":", "/")) else source + "/"
    yield from ((folder + name, True) for name in sorted(names))


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def _git(command: str, *arguments: str, where: str) -> bytes:
    """What a git command prints.

    Raises:
        InputError: there is no git, or it refuses.
    """
    try:
        done = subprocess.run(
            ["git", "--no-pager", command, *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
    except FileNotFoundError as error:
        raise InputError("There is no such file, and no git to look for a revision.", where, _SPELLING) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1].removeprefix("fatal: ").rstrip(".") if said else f"exit code {done.returncode}"
        raise InputError(f"There is no such file, and git finds no such revision: {reason}.", where, _SPELLING)
    return done.stdout
