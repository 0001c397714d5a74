"""The guard of SPARQL texts, parameters, and the command `query` as its user meets it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store, Variable, parse_query_results

from cnil_kg.errors import QueryError
from cnil_kg.model import Text
from cnil_kg.sparql.dataset import LAYERS, dataset
from cnil_kg.sparql.guard import MAX_DEPTH, MAX_LENGTH, guard
from cnil_kg.sparql.library import user_query
from cnil_kg.sparql.parameters import Parameter, bindings, read_parameter, term
from cnil_kg.sparql.run import Table, document, evaluate, scoped, table
from harness import AS_OF, HEADER, ROOT

COMMAND = [sys.executable, "-c", "from cnil_kg.cli import main; main()"]
GRAPHS = {"urn:cnil-kg:stated"}
BANK = str(ROOT / "examples" / "bank.ttl")


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE", \'LOAD\', """a"SERVICE""", \'\'\'it\'s SERVICE\'\'\', "\\"SERVICE" }',
        "SELECT * { ?s ?p ?o } # SERVICE <http://x> { }",
        "PREFIX service: <http://service/> SELECT ?service { ?service service:SERVICE <http://x/SERVICE> ; service: 1 }",  # noqa: E501
        "SELECT * { ?s ?p ?o FILTER(?s<?p&&?o>?p) }",
        'SELECT * { ?s ?p "x"@service }',
        "SELECT * FROM <urn:cnil-kg:stated> { ?s ?p ?o }",
        "PREFIX g: <urn:cnil-kg:> SELECT * FROM NAMED g:stated { GRAPH ?g { ?s ?p ?o } }",
        "PREFIX load: <a:b> BASE <http://insert/> ASK { ?from ?named ?o }",
        "SELECT * {" + "{" * (MAX_DEPTH - 1) + "}" * MAX_DEPTH,
    ],
)
def test_words_that_are_no_keywords_pass(text: str) -> None:
    assert guard(text, GRAPHS).form in ("SELECT", "ASK")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("SELECT * { SERVICE <http://x> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { service<http://x>{ ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { SERVICE SILENT ?x { } }", "SERVICE"),
        ("SELECT * { ?s ?p ?o FILTER(?a<?b) SERVICE ?x { ?c ?d ?e FILTER(?c>1) } }", "SERVICE"),
        ('SELECT * { ?s ?p "#" . SERVICE ?x { } }', "SERVICE"),
        ("SELECT * { ?s ?p 'a\\'' . SERVICE ?x { } }", "SERVICE"),
        ('SELECT * { ?s ?p """a\\""" """ . SERVICE ?x { } }', "SERVICE"),
        ("SELECT * { ?s <http://x#y> ?o . SERVICE ?x { } }", "SERVICE"),
        ("LOAD <http://x>", "LOAD"),
        ("PREFIX a: <b:> # c\n INSERT DATA { a:a a:a 1 }", "INSERT"),
        ("BASE <b:> delete where { ?s ?p ?o }", "DELETE"),
        ("SELECT * FROM <http://x> { }", "http://x"),
        ("SELECT * FROM NAMED <http://x> { }", "http://x"),
        ("SELECT * FROM <urn:cnil-kg:stated> FROM <http://x> { }", "http://x"),
        ("PREFIX g: <http://x/> CONSTRUCT FROM g:a WHERE { ?s ?p ?o }", "http://x/a"),
        ("SELECT * {" + "{" * MAX_DEPTH + "}" * (MAX_DEPTH + 1), "nested"),
        ("SELECT * { FILTER(?a<" + "(" * MAX_DEPTH + "?b>?c" + ")" * (MAX_DEPTH + 1) + " }", "nested"),
        ("SELECT * { ?s ?p ?o " + " " * MAX_LENGTH + "}", "longer"),
        ("", "no query"),
        ("# nothing\n", "no query"),
        ("PREFIX a: <b:>", "no query"),
        ("hello", "no query"),
    ],
)
def test_what_is_refused(text: str, what: str) -> None:
    with pytest.raises(QueryError, match=what):
        guard(text, GRAPHS)


def test_escapes_cannot_hide_a_keyword() -> None:
    store = Store()
    for text in (r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", r"SELECT * \u0046ROM <http://x> { }"):
        with pytest.raises(SyntaxError):
            store.query(text)


def test_a_syntax_error_names_its_line() -> None:
    with pytest.raises(QueryError) as error:
        evaluate(Store(), "SELECT *\n{ ?s ?p }", {}, "q.rq", list)
    assert error.value.where == "q.rq:2"
    assert error.value.what.startswith("SPARQL syntax, column ")


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("iri", "https://x/y", NamedNode("https://x/y")),
        ("iri", "<https://x/y>", NamedNode("https://x/y")),
        ("iri", "ckg:none", NamedNode("https://w3id.org/cnil-kg/ns#none")),
        ("iri", "https://x> } #", None),
        ("iri", "word", None),
        ("date", "2026-02-28", Literal("2026-02-28", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))),
        ("date", "2026-02-30", None),
        ("boolean", "true", Literal(True)),
        ("boolean", "yes", None),
        ("integer", "-3", Literal(-3)),
        ("integer", "3.0", None),
        ("text", '" } #', Literal('" } #')),
        ("word(a,b)", "a", Literal("a")),
        ("word(a,b)", "c", None),
    ],
)
def test_values_are_typed(type_: str, value: str, expected: Any) -> None:
    parameter = Parameter("x", type_, "any", Text("", ""))
    if expected is None:
        with pytest.raises(QueryError, match="the parameter x is"):
            term(parameter, value, "q")
    else:
        assert term(parameter, value, "q") == expected


def test_parameters_given_badly() -> None:
    declared = (read_parameter("before date any | avant | before", "q"),)
    for given, what in ((["befor=1"], "no parameter"), (["before"], "no value"), (["before=2026-01-01"] * 2, "twice")):
        with pytest.raises(QueryError, match=what):
            bindings(declared, given, "q")
    with pytest.raises(QueryError) as error:
        bindings(declared, ["befor=1"], "q")
    assert error.value.repair == "Did you mean before?"
    assert bindings(declared, ["before=any"], "q").bound == {}


def test_a_default_is_bound_unless_another_value_is_given() -> None:
    declared = (read_parameter("least integer 3 | au moins | at least", "q"),)
    assert bindings(declared, [], "q").bound == {Variable("least"): Literal(3)}
    assert bindings(declared, ["least=4"], "q").bound == {Variable("least"): Literal(4)}
    assert bindings(declared, ["least=any"], "q").bound == {}


INJECTED = (
    'bank" ) } UNION { ?s ?p ?o } #',
    "bank' || true || '",
    '"',
    "\\",
    "?said",
    "*/ } INSERT DATA { }",
    "\n# x\n",
)


@pytest.mark.parametrize("value", INJECTED)
@pytest.mark.parametrize("key", ["param", "filter"])
def test_a_value_is_a_term_and_never_text(key: str, value: str) -> None:
    text = "SELECT ?s ?said { ?s <http://purl.org/dc/terms/title> ?t FILTER(COALESCE(STR(?t) = ?said, true)) }"
    query = user_query(f"# {key}: said text any | dit | said\n{text}", "q")
    data = dataset([BANK], as_of=AS_OF, layers=["stated"])
    everything = table(data, query)
    assert isinstance(everything, Table) and len(everything.rows) == 4
    found = table(data, query, [f"said={value}"])
    assert isinstance(found, Table) and found.rows == ()


def test_a_parameter_binds_and_a_filter_keeps() -> None:
    data = dataset([BANK], as_of=AS_OF, layers=["stated"])
    title = "SELECT ?s ?said { ?s <http://purl.org/dc/terms/title> ?t FILTER(STR(?t) = ?said) }"
    query = user_query(f"# param: said text any | dit | said\n{title}", "q")
    found = table(data, query, ["said=Bank"])
    assert isinstance(found, Table)
    assert [row[0].value for row in found.rows] == ["https://example.org/bank/bank"]
    columns = (
        "SELECT ?s ?t { ?s a <http://www.w3.org/ns/dcat#Dataset> OPTIONAL { ?s <http://purl.org/dc/terms/title> ?t } }"
    )
    query = user_query(f"# filter: s iri any | sujet | subject\n{columns}", "q")
    for subject, rows in (("https://example.org/bank/transactions", 1), ("https://example.org/bank/bank", 0)):
        found = table(data, query, [f"s={subject}"])
        assert isinstance(found, Table) and (len(found.rows), len(found.left_out)) == (rows, 1 - rows)
        for format_ in (QueryResultsFormat.JSON, QueryResultsFormat.XML):
            written = document(data, query, str(format_).rsplit(" ", 1)[-1].lower()[:4].strip(">"), [f"s={subject}"])
            assert len(list(parse_query_results(written, format=format_))) == rows  # type: ignore[arg-type]


def test_a_parameter_outside_the_select_clause_and_a_filter_that_is_no_column() -> None:
    data = dataset([BANK], as_of=AS_OF, layers=["stated"])
    for key, what in (("param", "SELECT clause"), ("filter", "no column")):
        query = user_query(f"# {key}: x text any | x | x\nSELECT ?s {{ ?s ?p ?x }}", "q")
        with pytest.raises(QueryError, match=what):
            table(data, query, ["x=1"])


def test_the_graphs_hold_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "p.ttl"
    path.write_text(
        HEADER + "ex:project a ckg:Project ; ckg:hasProcessing ex:p .\n"
        "ex:p a dpv:Process ; ckg:processesPersonalData false ; ckg:scope ckg:InScope ; ckg:outcome 'established' .\n"
        "<urn:cnil-kg:verdicts> a ckg:Project ; ckg:hasProcessing ex:q . ex:q a ckg:Finding .\n",
        encoding="utf-8",
    )
    data = dataset([str(path)], as_of=AS_OF)
    assert data.layers == LAYERS

    def count(graph: str, pattern: str) -> int:
        where = f"GRAPH <{graph}> {{ {pattern} }}" if graph else pattern
        found = evaluate(data.store, f"SELECT * {{ {where} }}", {}, "q", lambda rows: len(list(rows)))
        return int(found)

    ns = "https://w3id.org/cnil-kg/ns#"
    assert count("urn:cnil-kg:stated", f"?s <{ns}processesPersonalData> false") == 1
    assert count("urn:cnil-kg:derived", f"?s <{ns}scope> <{ns}OutOfScope>") == 1
    assert count("https://example.org/project", f"?s <{ns}scope> ?o ; <{ns}processesPersonalData> false") == 1
    assert count("urn:cnil-kg:verdicts", f'?s <{ns}question> "scope" ; <{ns}outcome> "excluded"') == 1
    assert count("", f"?s <{ns}scope> ?o") == 1  # the claim is a verdict that nobody may state
    assert count("", f"?s <{ns}outcome> 'established'") == 0
    assert count("urn:cnil-kg:verdicts", "?s a <https://w3id.org/cnil-kg/ns#Project>") == 0


@pytest.mark.parametrize(
    ("clauses", "pattern", "count"),
    [
        ("", "?s ?p ?o", 0),
        ("", "GRAPH ?g { ?s ?p ?o }", 4),
        ("FROM <a:1>", "?s ?p ?o", 2),
        ("FROM <a:1> FROM <a:2>", "?s ?p ?o", 3),  # the triple in both counts once
        ("FROM <a:1> FROM <a:2>", "GRAPH ?g { ?s ?p ?o }", 0),
        ("FROM NAMED <a:1>", "?s ?p ?o", 0),
        ("FROM NAMED <a:1>", "GRAPH ?g { ?s ?p ?o }", 2),
        ("FROM <a:2> FROM NAMED <a:1>", "?s ?p ?o . GRAPH ?g { ?s ?p ?o }", 1),
    ],
)
def test_from_makes_the_dataset(clauses: str, pattern: str, count: int) -> None:
    store = Store()
    for graph, values in (("a:1", (1, 2)), ("a:2", (2, 3))):
        store.extend(Quad(NamedNode("a:s"), NamedNode("a:p"), Literal(v), NamedNode(graph)) for v in values)
    text = f"SELECT * {clauses} {{ {pattern} }}"
    guarded = guard(text, {"a:1", "a:2"})
    asked, scope = scoped(store, guarded.default, guarded.named)
    assert evaluate(asked, text, {}, "q", lambda rows: len(list(rows)), **scope) == count


def cli(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "query", *arguments], input=stdin, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "what"),
    [
        (["dpia-verdict", BANK], "", "Did you mean dpia-verdicts"),
        (["Q05", BANK, "--param", "nope=1"], "", "has no parameter nope"),
        (["Q25", BANK, "--param", "before=soon"], "", "a day"),
        (["Q05", BANK, "--graph", "stated"], "", "Leave --graph out"),
        (["-", BANK], "SELECT *\n{ ?s ?p }", "-:2: SPARQL syntax"),
        (["-", BANK], "DELETE WHERE { ?s ?p ?o }", "DELETE"),
        (["-", BANK], "SELECT * { SERVICE <http://x> { } }", "SERVICE"),
        (["-", BANK, "--graph", "stated"], "SELECT * FROM <http://x> { }", "not loaded"),
        (["-", BANK, "--graph", "stated", "--format", "csv"], "DESCRIBE <http://x>", "csv cannot hold triples"),
        (["-", BANK, "--graph", "stated", "--format", "ttl"], "ASK { }", "ttl cannot hold"),
        (["-", BANK], "SELECT * {" + "{" * 20_000, "nested more than"),
        (["nope.rq", BANK], "", "cannot be read"),
        (["Q05", "nope.ttl"], "", "no such file"),
        (["Q05"], "", "Give a question and the files"),
    ],
)
def test_bad_use_is_one_error_and_2(arguments: list[str], stdin: str, what: str) -> None:
    result = cli(*arguments, stdin=stdin)
    assert (result.returncode, result.stdout) == (2, "")
    assert what in result.stderr
    assert "Traceback" not in result.stderr and (result.stderr.count("\n") == 1 or "Usage" in result.stderr)


def test_the_list_names_every_question_in_both_languages() -> None:
    listed = json.loads(cli("--list", "--format", "json").stdout)["questions"]
    assert [q["id"] for q in listed] == [f"Q{n:02}" for n in range(1, 41)]
    for lang in ("fr", "en"):
        text = cli("--list", "--lang", lang).stdout
        assert all(q["text"][lang] in text and q["name"] in text for q in listed)


def test_the_table_is_in_words_and_an_empty_one_says_what_was_examined() -> None:
    french = cli("Q27", BANK, "--lang", "fr", "--as-of", AS_OF)
    assert french.returncode == 0
    assert french.stdout.splitlines()[2].split("  ")[-2:] == ["dans le champ", "établi"]
    empty = cli("Q32", BANK, "--lang", "en").stdout
    assert empty == "No contradiction.\nExamined: 1 project, 1 processing, 1 dataset, 1 actor.\n"
    filtered = cli("Q27", BANK, "--lang", "en", "--param", "scope=out").stdout
    assert filtered == "No row.\nRows left out by the filter: 1, of which undetermined: 0.\n"


@pytest.mark.parametrize("format_", ["table", "csv", "json", "ttl"])
def test_a_terminal_is_not_driven_by_a_description(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "escape.ttl"
    path.write_text(HEADER + 'ex:p a dpv:Process ; ckg:systemType "\\u001b[31mred\\u009b2J" .\n', encoding="utf-8")
    form = "CONSTRUCT { ?s ?p ?o } WHERE" if format_ == "ttl" else "SELECT *"
    (tmp_path / "q.rq").write_text(f"{form} {{ ?s ?p ?o }}", encoding="utf-8")
    arguments = ["query", str(tmp_path / "q.rq"), str(path), "--graph", "stated", "--format", format_]
    ours, theirs = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], stdout=theirs, stdin=subprocess.DEVNULL) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:
                break
            shown += read
            if not read:
                break
        assert process.wait(60) == 0
    os.close(ours)
    assert b"red" in shown
    assert b"\x1b" not in shown and "\x9b".encode() not in shown


def test_a_nested_query_within_the_bound_does_not_end_the_process() -> None:
    text = "SELECT * {" + "{" * (MAX_DEPTH - 1) + "}" * MAX_DEPTH
    assert cli("-", BANK, "--graph", "stated", "--format", "json", stdin=text).returncode == 0


def test_bad_input_beside_good_is_told_and_the_answer_given(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text("word", encoding="utf-8")
    result = cli("Q27", str(bad), BANK, "--format", "csv")
    assert result.returncode == 2
    assert "bad.ttl:1" in result.stderr
    assert result.stdout.count("\n") == 2
