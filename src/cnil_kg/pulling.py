"""`cnil-kg import ADDRESS`: the records of a catalog on the network, one description a file, taken up again.

The folder keeps a journal, `import.json`: the address, the place reached, the records that failed. What was read is
kept whatever happens next; a second run goes on from there and tries the failed ones again.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cnil_kg.connectors import choose
from cnil_kg.connectors.web import Web, shown
from cnil_kg.errors import CnilKgError, InputError
from cnil_kg.model import Warning_
from cnil_kg.outputs.file import write_new
from cnil_kg.outputs.record import written
from cnil_kg.readers import readers
from cnil_kg.readers.record import Source
from cnil_kg.readers.trees import Tree
from cnil_kg.rulebook import load_rulebook

JOURNAL = "import.json"
_ENDINGS = {"turtle": "ttl", "ntriples": "nt", "jsonld": "jsonld", "yaml": "yaml"}


@dataclass
class Pulled:
    """What a run did.

    Attributes:
        new: files written, sorted by the order of the catalog.
        kept: how many were there already.
        failed: record -> why it could not be read.
        stopped: why the catalog could not be read to its end, if it could not.
    """

    new: list[str] = field(default_factory=list)
    kept: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    stopped: CnilKgError | None = None
    warnings: list[Warning_] = field(default_factory=list)


@dataclass
class _Journal:
    path: str
    url: str
    after: str = ""
    failed: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Write it whole, or leave the one before."""
        part = f"{self.path}.part"
        state = {"address": self.url, "after": self.after, "failed": dict(sorted(self.failed.items()))}
        with open(part, "w", encoding="utf-8", newline="\n") as file:
            json.dump(state, file, ensure_ascii=False, indent=2)
            file.write("\n")
        os.replace(part, self.path)


def pull(
    url: str,
    folder: str | None,
    *,
    reader: str | None = None,
    form: str = "turtle",
    lang: str = "en",
    web: Web | None = None,
) -> Pulled:
    """Read the records of a catalog into a folder.

    Args:
        url: the address of its API.
        folder: where the descriptions go; made when it is not there.
        reader: the name of the catalog, where the address does not tell it.
        form: the syntax to write, one of `outputs.record.FORMS`.
        lang: language of the comments.
        web: the session, default one with the usual time-outs.

    Raises:
        InputError: there is no folder, it is used for another address, or no connector fits.
    """
    connector = choose(url, reader)
    if folder is None:
        raise InputError("a catalog gives many records", shown(url), "Name a folder for them: -o FOLDER.")
    journal = _opened(folder, url)
    read = next((r for r in readers() if r.name == connector.name), None)
    done, again = Pulled(), set(journal.failed)
    start = "" if again else journal.after
    try:
        for page in connector.pages(web or Web(), url, start):
            for name, record in page.records:
                _keep(done, journal, _Target(folder, form if read else "ntriples", lang), name, record, read)
            journal.after = page.after
            journal.save()
    except CnilKgError as error:
        done.stopped = error
    journal.save()
    done.failed = dict(journal.failed)
    return done


@dataclass(frozen=True)
class _Target:
    folder: str
    form: str
    lang: str

    def path(self, name: str) -> str:
        """A file name that no record can lead out of the folder, the same from run to run."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "record"
        return os.path.join(self.folder, f"{plain}-{sha256(name.encode()).hexdigest()[:8]}.{_ENDINGS[self.form]}")


def _keep(done: Pulled, journal: _Journal, target: _Target, name: str, record: Tree, reader: Any) -> None:
    path = target.path(name)
    if os.path.exists(path):
        done.kept += 1
        journal.failed.pop(name, None)
        return
    try:
        if reader is None:  # RDF, as it came
            write_new(record.decode("utf-8"), path)
            done.new.append(path)
            return
        data = json.dumps(record, ensure_ascii=False).encode()
        imported = reader.read(Source(f"{name}.json", data, load_rulebook().terms))
        write_new(written(imported, target.form, target.lang), path)
    except CnilKgError as error:
        journal.failed[name] = f"{error.what}"
        return
    journal.failed.pop(name, None)
    done.new.append(path)
    done.warnings += imported.warnings


def _opened(folder: str, url: str) -> _Journal:
    """The journal of a folder; an empty one for a new folder.

    Raises:
        InputError: the folder cannot be used, or is that of another address.
    """
    path = os.path.join(folder, JOURNAL)
    try:
        os.makedirs(folder, exist_ok=True)
        if not os.path.exists(path):
            return _Journal(path, shown(url))
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
        found = _Journal(path, state["address"], state["after"], dict(state["failed"]))
    except OSError as error:
        raise InputError(f"cannot be used ({error.strerror})", folder, "Name a folder you may write in.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("is no journal of an import", path, "Name another folder.") from error
    if found.url != shown(url):
        raise InputError(f"the folder holds the import of {found.url}", folder, "Name another folder.")
    return found
