"""A description that says nothing concludes nothing, and nothing is taken for checked."""

from __future__ import annotations

import pytest

from cnil_kg.questions import QUESTIONS
from harness import run_text

SILENT = {
    "a project": "ex:project a ckg:Project .",
    "a processing": "ex:p a dpv:Process .",
    "a project with its processing": "ex:project a ckg:Project ; ckg:hasProcessing ex:p . ex:p a dpv:Process .",
    "a dataset": "ex:d a dcat:Dataset .",
    "an actor in a processing": (
        "ex:p a dpv:Process ; prov:qualifiedAssociation [ a prov:Association ; prov:agent ex:a ] ."
    ),
    "a dataset in a processing": "ex:p a dpv:Process ; prov:qualifiedUsage [ a prov:Usage ; prov:entity ex:d ] .",
    "a processing nobody has looked at": (
        "ex:p a dpv:Process ; ckg:processesPersonalData ckg:NotAssessed ; ckg:operationalUse ckg:NotAssessed ;"
        " ckg:controllerHighRiskFinding ckg:NotAssessed ; ckg:mandatoryListItem ckg:NotAssessed ."
    ),
}


@pytest.mark.parametrize("name", SILENT)
def test_silence_concludes_nothing(name: str) -> None:
    result = run_text(SILENT[name])
    assert result.conclusions
    for conclusion in result.conclusions:
        assert (conclusion.status, conclusion.reason) == ("undetermined", "missing"), conclusion.id
        assert conclusion.missing, conclusion.id
        assert {step.status for step in conclusion.steps} <= {"undetermined"}, conclusion.id
    assert not result.concluder.contradictions
    assert {finding.status for finding in result.findings} <= {"undetermined"}


@pytest.mark.parametrize("name", ["a project", "a project with its processing"])
def test_every_question_is_asked_of_a_project(name: str) -> None:
    result = run_text(SILENT[name])
    assert {c.question for c in result.conclusions} == {asked.name for asked in QUESTIONS}
