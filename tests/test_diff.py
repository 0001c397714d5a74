"""`cnil-kg diff`: what changed between two versions, each verdict with the facts that changed it."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click import unstyle
from click.testing import CliRunner, Result

from cnil_kg.alignment import aligned
from cnil_kg.cli import cli
from cnil_kg.compare import Difference, FactChange
from cnil_kg.diff import Diff, diff, facts_changed
from cnil_kg.formats.diff import render
from cnil_kg.formats.markdown import escape
from cnil_kg.inputs.sources import Document
from cnil_kg.load import load
from cnil_kg.outputs.convert import converted
from cnil_kg.report import build
from cnil_kg.revisions import documents_of
from cnil_kg.rulebook import load_rulebook
from cnil_kg.trials import Subset, minimal
from cnil_kg.vocab import shrink
from harness import AS_OF, HEADER, ROOT, WithoutSearch, run_text

PROJECT = HEADER + "ex:project a ckg:Project ; ckg:hasProcessing ex:p .\n"
LATE = (
    PROJECT
    + """
ex:p a dpv:Process ; ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse ;
    ckg:mandatoryListItem ckg:LM03 ; ckg:dpiaPerformed true ; ckg:largeScale true ;
    ckg:dpiaCompletionDate "2026-05-18"^^xsd:date ; ckg:processingStartDate "2026-03-02"^^xsd:date .
"""
)


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Diff]:
    """Two texts compared; why verdicts are open, the slow part, is looked into where a test asks for it."""

    def compared(old: str, new: str, *, reasons: bool = False) -> Diff:
        (tmp_path / "old.ttl").write_text(old, encoding="utf-8")
        (tmp_path / "new.ttl").write_text(new, encoding="utf-8")
        with monkeypatch.context() as patch:
            if not reasons:
                patch.setattr("cnil_kg.diff.build", lambda reasoned: build(reasoned, WithoutSearch(reasoned)))
            return diff(str(tmp_path / "old.ttl"), str(tmp_path / "new.ttl"), as_of=AS_OF)

    return compared


def changed(f: FactChange) -> str:
    return f"{f.subject.rpartition('/')[2]} {shrink(f.predicate)} {shrink(f.before or '-')} > {shrink(f.after or '-')}"


def shown(d: Difference[FactChange]) -> tuple[str, ...]:
    """`F5-08 p: violated > met`, then the causes."""
    conclusion = d.place.kind == "conclusion"
    was, is_ = (v and ((conclusion and v.value) or v.status) for v in (d.before, d.after))
    title = f"{d.place.id} {(d.place.subject or '').rpartition('/')[2]}: {was} > {is_}"
    return (title, *(["?"] if d.causes is None else [changed(c) for c in d.causes]))


def told(found: Diff) -> dict[str, list[Any]]:
    return {"facts": [changed(f) for f in found.facts], "verdicts": [shown(v) for v in found.verdicts]}


# == What changed, and why


def test_of_three_facts_changed_the_one_that_counts_is_the_cause(versions: Callable[..., Diff]) -> None:
    new = LATE.replace("2026-05-18", "2026-02-18").replace("ckg:largeScale true ;", "ckg:dpoDesignated false ;")
    assert told(versions(LATE, new)) == {
        "facts": [
            "p ckg:dpiaCompletionDate 2026-05-18 > 2026-02-18",
            "p ckg:dpoDesignated - > false",
            "p ckg:largeScale true > -",
        ],
        "verdicts": [
            ("F5-24 p: established > undetermined", "p ckg:largeScale true > -"),
            ("F5-08 p: violated > met", "p ckg:dpiaCompletionDate 2026-05-18 > 2026-02-18"),
            ("F5-58 p: undetermined > met", "p ckg:dpoDesignated - > false"),
        ],
    }


def test_two_facts_that_change_a_verdict_together_are_both_its_cause(versions: Callable[..., Diff]) -> None:
    old = LATE.replace('ckg:dpiaCompletionDate "2026-05-18"^^xsd:date ; ', "")
    old = old.replace('ckg:processingStartDate "2026-03-02"^^xsd:date', "ckg:dpoDesignated true")
    assert told(versions(old, LATE))["verdicts"] == [
        (
            "F5-08 p: undetermined > violated",
            "p ckg:dpiaCompletionDate - > 2026-05-18",
            "p ckg:processingStartDate - > 2026-03-02",
        ),
    ]


def test_a_fact_that_a_requirement_reads_is_no_cause_unless_it_counts(versions: Callable[..., Diff]) -> None:
    """F5-57 reads both; one is enough to violate it, whatever the other says."""
    new = LATE + "ex:p ckg:dpiaCoversRisks false ; ckg:dpiaCoversNecessity true .\n"
    found = [shown(v) for v in versions(LATE, new).verdicts if v.place.id == "F5-57"]
    assert found == [("F5-57 p: undetermined > violated", "p ckg:dpiaCoversRisks - > false")]


def test_either_of_two_facts_suffices_and_one_is_named(versions: Callable[..., Diff]) -> None:
    old = LATE.replace("ckg:mandatoryListItem ckg:LM03 ;", "")
    new = LATE.replace("ckg:LM03 ;", "ckg:LM03 , ckg:LM08 ;")
    found = [v for v in versions(old, new).verdicts if v.place.id == "dpia"]
    assert [shown(v)[0] for v in found] == ["dpia p: undetermined > required"]
    (cause,) = found[0].causes or ()
    assert cause.after in {"https://w3id.org/cnil-kg/ns#LM03", "https://w3id.org/cnil-kg/ns#LM08"}


def test_a_reason_that_changes_has_its_cause(versions: Callable[..., Diff]) -> None:
    """Open for want of facts, then open because two facts contradict each other."""
    old = LATE.replace("ckg:mandatoryListItem ckg:LM03 ;", "")
    new = old.replace("ckg:processesPersonalData true ;", "ckg:processesPersonalData true , false ;")
    found = versions(old, new, reasons=True)
    reasons = {(v.place.id, v.before and v.before.reason, v.after and v.after.reason) for v in found.verdicts}
    assert ("scope", "missing", "contradiction") in reasons
    assert {tuple(map(changed, v.causes or ())) for v in found.verdicts} == {("p ckg:processesPersonalData - > false",)}
    assert [c.subject for c in found.come] == ["https://example.org/p"] and found.gone == ()


def test_made_alone_the_causes_change_the_verdict_and_no_part_of_them_does(
    versions: Callable[..., Diff],
) -> None:
    """Checked by runs of their own on texts that differ by these lines alone."""
    lines = [
        "ex:p ckg:largeScale true .", 'ex:p ckg:dpiaCompletionDate "2026-05-18"^^xsd:date .',
        "ex:p ckg:dpiaPerformed true .", 'ex:p ckg:processingStartDate "2026-03-02"^^xsd:date .',
        "ex:p ckg:mandatoryListItem ckg:LM03 .", "ex:p ckg:dpoDesignated true .",
        "ex:p ckg:evaluatesOrScoresPersons true .",
    ]  # fmt: skip
    start = "ex:project a ckg:Project ; ckg:hasProcessing ex:p .\n"
    start += "ex:p a dpv:Process ; ckg:processesPersonalData true ; ckg:operationalUse ckg:UndefinedUse .\n"
    found = versions(HEADER + start, HEADER + start + "\n".join(lines))
    verdict = next(v for v in found.verdicts if v.place.id == "F5-08")
    by_property = {line.split()[1]: line for line in lines}
    needed = [by_property[shrink(c.predicate)] for c in verdict.causes or ()]
    assert len(needed) >= 3
    for some in (needed, *combinations(needed, len(needed) - 1)):
        status = run_text(start + "\n".join(some)).statuses("F5-08")["ex:p"]
        assert (status == "violated") == (some == needed), some


def test_a_project_of_one_version_alone_is_told_without_causes(versions: Callable[..., Diff]) -> None:
    other = LATE.replace("ex:p ", "ex:q ").replace("ex:p.", "ex:q.").replace("ex:project", "ex:other")
    found = versions(LATE, LATE + other[len(HEADER) :].replace("hasProcessing ex:p", "hasProcessing ex:q"))
    assert {v.place.project for v in found.verdicts} == {"https://example.org/other"}
    assert all(v.before is None and v.causes is None for v in found.verdicts)


def test_partial_descriptions_are_compared_too(versions: Callable[..., Diff]) -> None:
    old, new = (text.replace(PROJECT, HEADER) for text in (LATE, LATE.replace("2026-05-18", "2026-02-18")))
    assert told(versions(old, new))["verdicts"] == [
        ("F5-08 p: violated > met", "p ckg:dpiaCompletionDate 2026-05-18 > 2026-02-18"),
    ]


# == Nodes without a name


TWO = (
    "ex:p a dpv:Process ; ckg:processesPersonalData true ; prov:qualifiedAssociation {} .\n"
    "ex:p prov:qualifiedUsage [ prov:entity ex:d ; ckg:collectionMode ckg:OwnDataReuse ] .\n"
)
ONE = "[ prov:agent ex:a ; ckg:determinesPurpose ckg:Alone ]"
OTHER = "[ prov:agent ex:b ; ckg:actsOnOwnBehalf false ]"


def stated_otherwise(old: str, new: str, tmp_path: Path) -> list[tuple[str, str | None, str | None]]:
    """The changed facts of two files, their verdicts not asked for."""
    book = load_rulebook()
    files = []
    for name, text in (("old", old), ("new", new)):
        file = tmp_path / (name + (".ttl" if text.startswith("@") else ".yaml"))
        file.write_text(text, encoding="utf-8")
        files.append(load([str(file)], terms=book.terms))
    found = facts_changed(aligned(*files), files[1])
    return [(shrink(f.predicate), f.before and shrink(f.before), f.after and shrink(f.after)) for f in found]


def test_anonymous_nodes_are_the_same_whatever_their_order(tmp_path: Path) -> None:
    old = PROJECT + TWO.format(f"{ONE} , {OTHER}")
    new = PROJECT + TWO.format(f"{OTHER.replace('false', 'true')} , {ONE}")
    assert stated_otherwise(old, new, tmp_path) == [("ckg:actsOnOwnBehalf", "false", "true")]


def test_an_association_of_another_actor_is_another_one(tmp_path: Path) -> None:
    found = stated_otherwise(PROJECT + TWO.format(ONE), PROJECT + TWO.format(OTHER), tmp_path)
    agents = [(old, new) for predicate, old, new in found if predicate == "prov:agent"]
    assert sorted(agents, key=str) == [("https://example.org/a", None), (None, "https://example.org/b")]


@pytest.mark.parametrize("name", ["bank", "hospital", "llm", "processor", "public-body", "tram"])
def test_the_same_description_in_another_syntax_has_not_changed(name: str, tmp_path: Path) -> None:
    file = ROOT / "examples" / f"{name}.ttl"
    text = re.sub(r"\A(#.*\n|\s)+", "", file.read_text(encoding="utf-8"))
    assert stated_otherwise(text, converted(str(file), "yaml"), tmp_path) == []


# == The search for causes


@pytest.mark.parametrize("seed", range(30))
def test_a_minimal_set_is_found_of_any_outcome(seed: int) -> None:
    chance = random.Random(seed)
    size = chance.randint(1, 9)
    ways = [frozenset(chance.sample(range(size), chance.randint(1, min(3, size)))) for _ in range(chance.randint(1, 3))]

    def holds(subset: Subset) -> bool:
        return any(way <= subset for way in ways)

    search = minimal(range(size))
    asked = next(search)
    while True:
        try:
            asked = search.send([holds(subset) for subset in asked])
        except StopIteration as stop:
            found = stop.value
            break
    assert found is not None and holds(found)
    assert not any(holds(found - {one}) for one in found)


# == The command


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments, "--as-of", AS_OF])


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two revisions of a description in a folder, and a third version not committed."""
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / "d").mkdir()
    file = tmp_path / "d" / "p.ttl"
    for text in (LATE, LATE.replace("2026-05-18", "2026-02-18")):
        file.write_text(text, encoding="utf-8")
        (tmp_path / "d" / "notes.md").write_text("no description", encoding="utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "a version")
    file.write_text(LATE.replace("2026-05-18", "2026-04-18"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "d")
    return tmp_path


def test_revisions_are_read_as_git_spells_them(repository: Path) -> None:
    result = run("HEAD~1:d/p.ttl", "HEAD:./p.ttl", "--format", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    found = [(v["id"], v["before"]["status"], v["after"]["status"]) for v in document["verdicts"]]
    assert found == [("F5-08", "violated", "met")]
    (fact,) = document["facts"]
    assert [fact[side]["places"] for side in ("before", "after")] == [
        [{"file": file, "line": len(HEADER.splitlines()) + 5}] for file in ("HEAD~1:d/p.ttl", "HEAD:./p.ttl")
    ]


@pytest.mark.parametrize("source", ["HEAD:d/p.ttl", "HEAD:./p.ttl", "HEAD:d", "HEAD:d/", "HEAD:", "HEAD:./", "."])
def test_a_file_or_a_folder_of_a_revision(repository: Path, source: str) -> None:
    (found,) = documents_of(source)
    assert isinstance(found, Document)
    day = b"2026-04-18" if source == "." else b"2026-02-18"
    assert (day in found.data, found.format, found.name.endswith("p.ttl")) == (True, "turtle", True)
    assert found.name.startswith(source)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("--output=x:d/p.ttl", "A revision does not begin with a dash"),
        ("HEAD:d/q.ttl", "git finds no such revision: path 'd/q.ttl' does not exist in 'HEAD'"),
        ("nowhere:d/p.ttl", "git finds no such revision: invalid object name 'nowhere'"),
        ("HEAD:d/notes.md", "notes.md:1"),
        ("absent.ttl", "There is no such file or folder"),
    ],
)
def test_what_cannot_be_read_is_said(repository: Path, source: str, said: str) -> None:
    result = CliRunner().invoke(cli, ["diff", "--as-of", AS_OF, "--", source, "p.ttl"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert source in result.stderr and said in result.stderr
    assert not (repository / "d" / "x").exists()


def test_outside_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    result = run("HEAD:p.ttl", "HEAD:p.ttl")
    assert result.exit_code == 2 and "not a git repository" in result.stderr


def test_the_text_in_both_languages(tmp_path: Path, versions: Callable[..., Diff]) -> None:
    line = len(HEADER.splitlines()) + 5
    found = versions(LATE, LATE.replace("2026-05-18", "2026-02-18"))
    text = unstyle(render(found, "fr")).replace(f"{tmp_path}/", "")
    assert (
        text
        == f"""\
old.ttl → new.ttl · droit applicable au {AS_OF}
Faits changés : 1 ; conclusions changées : 0 ; exigences changées : 1.

Projet https://example.org/project
  Faits
    ~ https://example.org/p — date d'achèvement de l'AIPD = 2026-05-18 → 2026-02-18 (old.ttl:{line} → new.ttl:{line})
  Exigences
    F5-08 [obligation] — https://example.org/p : non respecté → respecté
      L'AIPD obligatoire est achevée avant le début du traitement. (RGPD, art. 35(1))
      à cause de : date d'achèvement de l'AIPD = 2026-05-18 → 2026-02-18
"""
    )
    text = render(found, "en", markdown=True).replace(escape(f"{tmp_path}/"), "")
    assert (
        text
        == f"""\
# old.ttl → new.ttl · law as of {AS_OF}

Facts changed: 1; conclusions changed: 0; requirements changed: 1.

## Project https://example.org/project

### Facts

- ~ https://example.org/p — date the DPIA was completed = 2026-05-18 → 2026-02-18 (old.ttl:{line} → new.ttl:{line})

### Requirements

- **F5-08 [binding] — https://example.org/p: violated → met**
  - A mandatory DPIA is finished before processing starts. (GDPR, art. 35(1))
  - because of: date the DPIA was completed = 2026-05-18 → 2026-02-18
"""
    )
    assert render(versions(LATE, LATE), "en").endswith("\nNothing changes.\n")


def test_what_a_description_says_drives_no_terminal_and_no_page(versions: Callable[..., Diff]) -> None:
    hostile = "\\u001b[2J<script>alert(1)</script> **x** [y](z)"
    found = versions(LATE, LATE + f'ex:p dct:title "{hostile}" .\n')
    assert [f.after for f in found.facts] == ["\x1b[2J<script>alert(1)</script> **x** [y](z)"]
    assert "\x1b[2J" not in render(found, "en")
    page = render(found, "en", markdown=True)
    assert not [part for part in ("\x1b", "<script>", " **x**", "[y](z)") if part in page]
