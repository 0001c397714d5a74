"""The library: `queries/questions/*.rq`, each a question an analyst asks, with its header.

    # id: Q05
    # fr: une phrase ; # en: the same
    # none-fr: ce que dit un résultat vide ; # none-en: what an empty result says
    # reads: the layers it rests on, among stated, derived, verdicts
    # param: ..., # filter: ... (parameters.py)
    # since: 0.1.0
    # status: active

The name of a question is its file name: `Q05-dpia-verdicts.rq` is `Q05` and `dpia-verdicts`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cnil_kg.errors import QueryError, RuleLoadError, UnknownTermError
from cnil_kg.model import Text
from cnil_kg.rulebook import data_root
from cnil_kg.sparql.dataset import LAYERS
from cnil_kg.sparql.parameters import Parameter, read_parameter

REQUIRED = ("id", "fr", "en", "none-fr", "none-en", "reads", "since", "status")
_HEADER = re.compile(r"^# ?([a-z-]+): (.*)$")


_NOTHING = Text("", "")


@dataclass(frozen=True)
class Query:
    """A query ready to run, of the library or of a user.

    Attributes:
        where: its place in messages: `Q05`, a file, `-`.
        name: `dpia-verdicts`; empty for a query of a user.
        none: what an empty result says.
        reads: the layers without which its answer would be false.
    """

    where: str
    sparql: str
    parameters: tuple[Parameter, ...] = ()
    name: str = ""
    text: Text = _NOTHING
    none: Text = _NOTHING
    reads: tuple[str, ...] = ()


def user_query(text: str, where: str) -> Query:
    """A query of a user; only its `# param:` and `# filter:` lines are read.

    Raises:
        QueryError: a parameter cannot be read.
    """
    lines = re.findall(r"^# ?(param|filter): (.*)$", text, re.MULTILINE)
    return Query(where, text, tuple(read_parameter(line, where, key == "filter") for key, line in lines))


@cache
def library(root: Path | None = None) -> Mapping[str, Query]:
    """Every question by id, in order.

    Raises:
        RuleLoadError: a header is incomplete or unknown, an id is not that of the file, or stands twice.
    """
    found: dict[str, Query] = {}
    for path in sorted(((root or data_root()) / "queries" / "questions").glob("*.rq")):
        query = _read(path)
        if query.where in found:
            raise RuleLoadError("this id stands in two files", query.where)
        found[query.where] = query
    return found


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    headers: dict[str, str] = {}
    parameters = []
    for line in text.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        if match[1] in ("param", "filter"):
            try:
                parameters.append(read_parameter(match[2], path.name, match[1] == "filter"))
            except QueryError as error:
                raise RuleLoadError(error.what, path.name) from error
        else:
            headers[match[1]] = match[2].strip()
    missing = [key for key in REQUIRED if not headers.get(key)]
    unknown = [key for key in headers if key not in REQUIRED]
    reads = tuple(headers.get("reads", "").split())
    id_, _, name = path.stem.partition("-")
    if missing or unknown or set(reads) - set(LAYERS) or headers["id"] != id_ or not name:
        raise RuleLoadError(f"header: missing {missing}, unknown {unknown}, reads {reads}, id {id_}", path.name)
    return Query(
        where=id_,
        sparql=text,
        parameters=tuple(parameters),
        name=name,
        text=Text(headers["fr"], headers["en"]),
        none=Text(headers["none-fr"], headers["none-en"]),
        reads=reads,
    )


def named(name: str) -> Query:
    """The question of an id or a name (`Q05`, `dpia-verdicts`, `Q05-dpia-verdicts`).

    Raises:
        UnknownTermError: there is none; the nearest is named.
    """
    questions = library()
    known = {q.name: q for q in questions.values()} | {f"{q.where}-{q.name}": q for q in questions.values()}
    known |= questions
    wanted = name.strip()
    for written in (wanted, wanted.upper(), wanted.lower()):
        if written in known:
            return known[written]
    near = difflib.get_close_matches(wanted.lower(), [q.name for q in questions.values()], n=3, cutoff=0.5)
    repair = f"Did you mean {', '.join(near)}?" if near else "`cnil-kg query --list` names them."
    raise UnknownTermError("no question has this name", name, repair)
