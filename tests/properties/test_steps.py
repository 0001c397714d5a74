"""The steps under a conclusion are results on the way to it, not answers to other questions of the same unit."""

from __future__ import annotations

import pytest

from harness import ROOT, run, run_text

IN_SCOPE = (
    "ex:p a dpv:Process ; ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ;"
    " ckg:mandatoryListItem ckg:LM03 ."
)


def test_an_answer_is_shown_once() -> None:
    by_question = {c.question: {(s.id, s.value) for s in c.steps} for c in run_text(IN_SCOPE).conclusions}
    assert ("F5-34", "true") in by_question["dpia"]
    assert {id_ for id_, _ in by_question["scope"]}.isdisjoint({"F5-04", "F5-05", "F1-03"})


def test_an_answer_that_no_question_asks_for_is_kept_under_the_scope() -> None:
    (scope,) = run_text("ex:p a dpv:Process ; ckg:processesPersonalData false .").conclusions
    assert (scope.question, scope.status) == ("scope", "excluded")
    assert ("F5-04", "notApplicable") in {(s.id, s.value) for s in scope.steps}


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.ttl")), ids=lambda p: p.stem)
def test_no_step_is_shown_twice(path: object) -> None:
    for conclusion in run(str(path)).conclusions:
        steps = [(s.id, s.value, s.status) for s in conclusion.steps]
        assert len(steps) == len(set(steps)), conclusion.id
