"""`cnil-kg ask`: the questions, that their answers leave nothing open, the dialogue, and the copy that it writes."""

from __future__ import annotations

import json
import random
import re
import sys
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result
from pyoxigraph import Literal, NamedNode

from cnil_kg.answering import Session, can_be_written, read_answer
from cnil_kg.ask import Asking, Question, ask
from cnil_kg.cli import cli
from cnil_kg.errors import InputError
from cnil_kg.facttable import Fact
from cnil_kg.formats.ask import as_json, as_yaml, schema
from cnil_kg.importing import import_record
from cnil_kg.load import load
from cnil_kg.outputs.yamlform import as_yaml as as_description
from cnil_kg.rdf import Value
from cnil_kg.rulebook import load_rulebook
from cnil_kg.vocab import XSD, expand, shrink
from cnil_kg.wording import LINKS, WHO, question, who_knows
from harness import AS_OF, ROOT, SHARED

sys.path.insert(0, str(ROOT / "scripts"))

from make_ask import PAGE, page

EXAMPLES = ROOT / "examples"
PARTIAL = ("bank", "public-body")
LLM = (EXAMPLES / "llm.ttl").read_text(encoding="utf-8")
SMALL = LLM.replace("    ckg:sourceDescribed true ;\n", "").replace("ckg:initialPurposeResearch false ;", "")
"""An example without some of its facts: few questions, so that a dialogue takes no time."""


@cache
def example(name: str) -> Asking:
    return ask([str(EXAMPLES / f"{name}.ttl")], as_of=AS_OF)


def facts() -> dict[str, Fact]:
    return {fact.iri: fact for fact in load_rulebook().facts}


UNCLOSED = {"ckg:rightOffered", "ckg:phaseSecured", "ckg:phaseAccessRestricted"}
"""Lists that no marker closes: given whole, or denied, else they stay open (F4A-06, F7-83, F7-87)."""


def whole(found: Question, way: str, chance: random.Random) -> tuple[Value, ...]:
    """One of the answers that a person could give; a list that nothing closes is given whole or denied."""
    if shrink(found.fact) in UNCLOSED and way != "no":
        return facts()[found.fact].answers[:-1]
    return (answer(found, way, chance),)


def answer(found: Question, way: str, chance: random.Random) -> Value:
    """One value of such an answer."""
    if found.kind == "duration":
        return Literal("P1Y", datatype=NamedNode(XSD + "duration"))
    if found.kind in ("iri", "actor"):
        return NamedNode("https://example.org/one")
    if found.kind == "integer":
        return Literal(chance.choice((0, 1000)))
    if found.kind == "text":
        return Literal("a text")
    answers = facts()[found.fact].answers
    return {"yes": answers[0], "no": answers[-1]}.get(way) or chance.choice(answers)


# == The questions


def test_what_is_asked_of_an_example() -> None:
    """One whole question, as read; and how many there are."""
    found = example("bank")
    asked = [q for q in found.questions if q.fact == expand("ckg:compatibilityConclusion")]
    document = json.loads(as_json(found))
    (one,) = [q for q in document["questions"] if q["fact"] == expand("ckg:compatibilityConclusion")]
    assert (
        asked[0].subject
        == one["subject"]
        == (
            "https://example.org/bank/training / prov:qualifiedUsage "
            "[prov:entity https://example.org/bank/transactions]"
        )
    )
    assert one["question"] == {
        "fr": "Précisez le résultat auquel le responsable est parvenu.",
        "en": "State the result the controller reached.",
    }
    assert (one["answerType"], one["askWhom"], one["followUp"]) == ("choice", "dpo", False)
    assert [c["code"] for c in one["choices"]] == ["Compatible", "Incompatible"]
    assert {u["id"].split("|")[1] for u in one["unlocks"] if u["kind"] == "conclusion"} == {"reuse"}
    assert one["why"]["en"].startswith("What depends on it: ")
    assert one["articles"][0] == "GDPR 5(1)(b)"


def test_the_order_and_the_sums() -> None:
    found = example("bank")
    first = [q for q in found.questions if not q.follow_up]
    assert [q.follow_up for q in found.questions] == sorted(q.follow_up for q in found.questions)
    weights = [len(q.unlocks) for q in first]
    assert weights == sorted(weights, reverse=True)
    assert len({(q.fact, q.subject) for q in found.questions}) == len(found.questions)
    waiting = {c.id for c in found.report.conclusions if c.reason == "missing"}
    waiting |= {f"{f.id}|{f.subject}" for f in found.report.findings if f.reason == "missing"}
    assert {one.id for q in first for one in q.unlocks} >= waiting
    for q in first:  # nothing is asked that unlocks nothing
        assert any(one.id in waiting for one in q.unlocks)


def test_an_answer_that_ends_it_early_does() -> None:
    """Two of them, each a whole run with the answer and no other."""
    pairs = [(q, e) for q in example("bank").questions if can_be_written(q) for e in q.endings]
    assert len(pairs) > 8
    for found, ending in pairs[1 :: len(pairs) // 2]:
        session = Session(str(EXAMPLES / "bank.ttl"), as_of=AS_OF)
        session.given.append((found, read_answer(load_rulebook(), found, ending.answer)))
        after = session.asking()
        left = {one.id for q in after.questions for one in q.unlocks}
        assert not left & set(ending.ids), (found.fact, ending)


@pytest.mark.parametrize(("name", "way"), [*product(PARTIAL, ["yes", "no"]), ("bank", "1")])
def test_answering_leaves_nothing_open(name: str, way: str) -> None:
    found, chance = example(name), random.Random(way)
    session = Session(str(EXAMPLES / f"{name}.ttl"), as_of=AS_OF)
    for one in found.questions:
        assert can_be_written(one)
        session.given.append((one, whole(one, way, chance)))
    after = session.asking()
    assert after.errors == ()
    assert [(q.fact, q.subject) for q in after.questions] == []
    assert not any(v.reason == "missing" for v in (*after.report.conclusions, *after.report.findings))


def test_nothing_to_ask_is_said(tmp_path: Path) -> None:
    (tmp_path / "llm.ttl").write_text(LLM + "ex:training ckg:dpiaSharedWithDeployers true .", encoding="utf-8")
    result = CliRunner().invoke(cli, ["ask", str(tmp_path / "llm.ttl"), "--lang", "fr", "--as-of", AS_OF])
    assert result.exit_code == 0
    assert result.output == "Aucune question : rien n'est indéterminé faute de faits.\n"


def test_judgements_and_contradictions_stand_apart(tmp_path: Path) -> None:
    file = tmp_path / "p.ttl"
    file.write_text(SMALL + "ex:training ckg:processesPersonalData false .\n", encoding="utf-8")
    found = json.loads(as_json(ask([str(file)], as_of=AS_OF)))
    assert any({s["object"] for s in c["sides"]} == {"true", "false"} for c in found["contradictions"])
    assert not any(q["fact"].endswith("processesPersonalData") for q in found["questions"])
    text = CliRunner().invoke(cli, ["ask", str(file), "--lang", "en", "--as-of", AS_OF]).output
    assert "Contradictions to remove first" in text and " against " in text


def test_the_json_keeps_to_its_schema() -> None:
    jsonschema.validate(json.loads(as_json(example("bank"))), json.loads(schema()))
    printed = CliRunner().invoke(cli, ["schema", "questions"])
    assert json.loads(printed.output) == json.loads(schema())


def test_the_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/make_ask.py"


# == The words


def test_every_fact_has_its_question_and_somebody_to_ask() -> None:
    book = load_rulebook()
    who = who_knows(ROOT / "ontology" / "who-knows.csv")
    listed = {fact.iri for fact in book.facts if not fact.iri.endswith("#type")} | set(LINKS)
    assert set(who) == listed
    assert set(who.values()) == set(WHO)
    for fact in book.facts:
        text = question(book, fact)
        assert re.fullmatch(r".+( \?|\.)", text.fr) and re.fullmatch(r".+[?.]", text.en), (fact.iri, text)
        yes_no = fact.type == "boolean"
        assert text.fr.endswith("?") == text.en.endswith("?") == yes_no, (fact.iri, text)
        for wrong in ("Indique ", "Relie", " Tells ", "Links", "  "):
            assert not text.fr.startswith(wrong) and wrong not in f" {text.en}", (fact.iri, text)
        assert not re.search(r"est-ce que [aàeéèiouâ]", text.fr, re.IGNORECASE), text.fr


# == Answers


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("ckg:largeScale", "oui", "true"),
        ("ckg:largeScale", "N", "false"),
        ("ckg:collectionMode", "OwnDataReuse", "ckg:OwnDataReuse"),
        ("ckg:compatibilityConclusion", "1", "ckg:Compatible"),
        ("ckg:riskChangeDate", "2026-02-28", "2026-02-28"),
        ("ckg:dataSubjectCount", "1200", "1200"),
        ("ckg:developmentRetention", "P2Y", "P2Y"),
        ("ckg:sourceName", 'a "quoted": name', 'a "quoted": name'),
        ("ckg:rightOffered", "A15, A16", "eu-gdpr:A15 eu-gdpr:A16"),
        ("ckg:rightOffered", "aucun", "ckg:none"),
        ("ckg:developmentRetention", "none", "ckg:none"),
    ],
)
def test_an_answer_is_read_with_its_type(fact: str, text: str, value: str) -> None:
    found = [v.value for v in read_answer(load_rulebook(), asked(fact), text)]
    assert " ".join(map(shrink, found)) == value


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("ckg:largeScale", "peut-être"),
        ("ckg:largeScale", "aucun"),
        ("ckg:collectionMode", "Stolen"),
        ("ckg:compatibilityConclusion", "9"),
        ("ckg:riskChangeDate", "2026-02-30"),
        ("ckg:dataSubjectCount", "NaN"),
        ("ckg:developmentRetention", "two years"),
    ],
)
def test_what_is_no_answer_is_refused(fact: str, text: str) -> None:
    with pytest.raises(InputError, match="is no answer"):
        read_answer(load_rulebook(), asked(fact), text)


def asked(curie: str) -> Question:
    from cnil_kg.wording import choices  # noqa: PLC0415

    fact = facts()[expand(curie)]
    slot = (NamedNode("urn:g"), NamedNode("https://example.org/p"), fact.node)
    text = question(load_rulebook(), fact)
    kind = "marker" if fact.marker else fact.type
    return Question(fact.iri, "p", text, kind, choices(load_rulebook(), fact), "dpo", (), (), False, slot)


# == The dialogue


def talk(file: Path, answers: list[str], *options: str) -> Result:
    arguments = ["ask", str(file), "--interactive", "--lang", "en", "--as-of", AS_OF, *options]
    return CliRunner().invoke(cli, arguments, input="".join(f"{a}\n" for a in answers))


def statements(*files: Path) -> set[str]:
    found = load([str(f) for f in files], terms=load_rulebook().terms)
    assert not found.errors
    return {re.sub(r"urn:cnil-kg:bnode:[^>]*", "b", str(t)) for t in found.origins}


def test_the_dialogue_writes_a_copy_and_keeps_the_text(tmp_path: Path) -> None:
    file, before = tmp_path / "p.ttl", statements_of(tmp_path)
    result = talk(file, ["maybe", "?", "yes", "", "end"])
    assert result.exit_code == 0, result.output
    assert "That is no answer. Expected: yes or no." in result.output
    assert file.read_text(encoding="utf-8") == SMALL
    copy = tmp_path / "p.answered.ttl"
    assert f"Answers written to {copy}" in result.output
    assert copy.read_text(encoding="utf-8").startswith(SMALL)
    added = statements(copy) - before
    first = ask([str(file)], as_of=AS_OF).questions[0]
    assert any(first.fact in line and '"true"' in line for line in added)
    assert before <= statements(copy)


def statements_of(folder: Path) -> set[str]:
    (folder / "p.ttl").write_text(SMALL, encoding="utf-8")
    return statements(folder / "p.ttl")


def test_an_answer_about_the_use_of_a_dataset_joins_that_use() -> None:
    session = Session(str(EXAMPLES / "bank.ttl"), as_of=AS_OF)
    used = next(q for q in example("bank").questions if "prov:qualifiedUsage [" in q.subject)
    session.given.append((used, (answer(used, "yes", random.Random(0)),)))
    left = {(q.fact, q.subject) for q in session.asking().questions}
    assert (used.fact, used.subject) not in left


def test_a_yaml_description_gets_its_answers_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    statements_of(tmp_path)
    book = load_rulebook()
    stated = load([str(tmp_path / "p.ttl")], terms=book.terms)
    text = as_description([t for t in stated.origins], book.terms.short)
    file.write_text(f"# mine\n{text}", encoding="utf-8")
    result = talk(file, ["yes", "end"])
    beside = tmp_path / "p.answers.ttl"
    assert f"cnil-kg validate {file} {beside}" in result.output
    assert file.read_text(encoding="utf-8") == f"# mine\n{text}"
    assert beside.read_text(encoding="utf-8").count("true") == 1
    (left,) = set(ask([str(file)], as_of=AS_OF).questions[:1])
    assert (left.fact, left.subject) not in {
        (q.fact, q.subject) for q in ask([str(file), str(beside)], as_of=AS_OF).questions
    }


def test_nothing_is_written_over_or_without_answers(tmp_path: Path) -> None:
    statements_of(tmp_path)
    taken = tmp_path / "taken.ttl"
    taken.write_text("x", encoding="utf-8")
    refused = talk(tmp_path / "p.ttl", ["yes", "end"], "-o", str(taken))
    assert isinstance(refused.exception, InputError) and taken.read_text(encoding="utf-8") == "x"
    silent = talk(tmp_path / "p.ttl", ["end"])
    assert "No answer: nothing is written." in silent.output
    assert sorted(f.name for f in tmp_path.iterdir()) == ["p.ttl", "taken.ttl"]


def test_the_end_of_the_input_keeps_what_was_answered(tmp_path: Path) -> None:
    statements_of(tmp_path)
    result = talk(tmp_path / "p.ttl", ["yes"])
    assert (tmp_path / "p.answered.ttl").exists() and result.exit_code == 0


def test_a_node_without_a_name_takes_no_answer() -> None:
    graph, fact = NamedNode("urn:g"), NamedNode(expand("ckg:largeScale"))
    for node in (
        "urn:cnil-kg:bnode:1:a",
        "urn:cnil-kg:use:https%3A%2F%2Fexample.org%2Fp:urn%3Acnil-kg%3Abnode%3A1%3Aa",
    ):
        assert not can_be_written(replace(asked("ckg:largeScale"), slot=(graph, NamedNode(node), fact)))
    assert can_be_written(asked("ckg:largeScale"))
    assert not can_be_written(replace(asked("ckg:largeScale"), slot=None, kind="link"))


def test_the_file_to_fill_in_reads_back(tmp_path: Path) -> None:
    """With its marks taken off and each yes or no answered, it states just those facts, of just those nodes."""
    text = as_yaml(example("bank"), "fr")
    assert yaml.safe_load(text) == {"graph": None}
    wanted = [q for q in example("bank").questions if q.kind == "boolean"]
    keys = {load_rulebook().terms.short.by_iri[q.fact].name for q in wanted}
    blocks = [block for block in text.split("\n\n") if any(re.search(rf"^  # +{key}:$", block, re.M) for key in keys)]
    assert len(blocks) == len(wanted)
    lines = [line for block in blocks for line in block.splitlines() if re.match(r"  # (- id|  )", line)]
    filled = [
        re.sub(r":$", ": true", f"  {line[4:]}") if re.search(r"\w:$", line) else f"  {line[4:]}" for line in lines
    ]
    filled = [line.replace("uses: true", "uses:").replace("actors: true", "actors:") for line in filled]
    (tmp_path / "a.yaml").write_text("graph:\n" + "\n".join(filled) + "\n", encoding="utf-8")
    both = [str(EXAMPLES / "bank.ttl"), str(tmp_path / "a.yaml")]
    left = {(q.fact, q.subject) for q in ask(both, as_of=AS_OF).questions}
    assert not left & {(q.fact, q.subject) for q in wanted}


def test_usage_and_bad_input(tmp_path: Path) -> None:
    (tmp_path / "word.ttl").write_text("word", encoding="utf-8")
    bad = CliRunner().invoke(cli, ["ask", str(tmp_path / "word.ttl")])
    assert bad.exit_code == 2 and "turtle syntax" in bad.output
    assert CliRunner().invoke(cli, ["ask", "-", "--interactive"]).exit_code == 2
    assert CliRunner().invoke(cli, ["ask", str(EXAMPLES / "llm.ttl"), "-o", "x"]).exit_code == 2


# == Records of catalogs


SAMPLES = SHARED / "samples" / "catalogs"
DEFINITIONS = ("openmetadata_classifications.json", "datahub_structured-properties.yaml")
RECORDS = [p.name for p in sorted(SAMPLES.glob("*.*")) if p.name not in (*DEFINITIONS, "README.md")]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_every_imported_record_is_asked_about(tmp_path: Path) -> None:
    """A dataset or model alone: which processing uses it. A processing: its facts, and who takes part in it."""
    assert len(RECORDS) == 18
    for name in RECORDS:
        file = tmp_path / f"{name}.ttl"
        file.write_text(import_record(str(SAMPLES / name)).text, encoding="utf-8")
        found = ask([str(file)], as_of=AS_OF)
        assert found.errors == () and found.questions, name
        links = [q for q in found.questions if q.kind == "link"]
        assert {q.text for q in links} <= set(LINKS.values())
        if found.report.examined.processings == 0:
            assert len(links) == len(found.questions) == found.report.examined.datasets, name
