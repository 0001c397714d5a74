"""Every case of `tests/cases`: the whole expected set of derived triples, conclusions, findings and missing facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnil_kg.validate import validate
from cnil_kg.vocab import shrink
from harness import AS_OF, CASES, cases, key, readable, run

ALL = list(cases())


@pytest.mark.parametrize(("entry", "name", "expected"), ALL, ids=[f"{e}/{n}" for e, n, _ in ALL])
def test_case(entry: str, name: str, expected: dict[str, Any]) -> None:
    path = CASES / entry / expected.get("file", f"{name}.ttl")
    result = run(path, as_of=str(expected.get("as-of", AS_OF)))
    if "derives" in expected:
        assert result.derived_by(entry) == set(expected["derives"])
    for place, concluded in expected.get("values", {}).items():
        assert result.concluded(*place.split(" ")) == set(concluded)
    for question, verdicts in expected.get("concludes", {}).items():
        assert result.verdicts(question) == verdicts
    of = expected.get("of", entry)  # an example of the sheet checks another entry
    if "findings" in expected:
        assert result.statuses(of) == expected["findings"]
    for question, subjects in expected.get("missing", {}).items():
        for subject, properties in subjects.items():
            assert missing(result, of, question, subject) == sorted(properties)
    for question, subjects in expected.get("reason", {}).items():
        found = {key(c): c.reason for c in result.about(question) if key(c) in subjects}
        assert found == subjects


def missing(result: Any, entry: str, question: str, subject: str) -> list[str]:
    if question == "findings":
        found = validate(result.reasoned, result.concluder, only={entry})
        rows = [f for f in found if readable(f.subject) == subject]
    else:
        rows = [c for c in result.about(question) if key(c) == subject]
    assert len(rows) == 1, f"no single {question} about {subject}"
    return sorted(shrink(m.property) for m in rows[0].missing)


def test_every_case_file_is_read() -> None:
    named = {(CASES / e / x.get("file", f"{n}.ttl")).resolve() for e, n, x in ALL}
    files = {p.resolve() for p in CASES.glob("*/*.ttl") if p.parent.name != "real"}
    assert files == named


def test_every_case_expects_something() -> None:
    for entry, name, expected in ALL:
        assert {"derives", "values", "concludes", "findings", "missing"} & set(expected), f"{entry}/{name}"
    assert Path(CASES).is_dir()
