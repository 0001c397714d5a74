"""`cnil-kg serve` as its clients meet it: one server for the module, asked over HTTP.

The protocol tests are those of the W3C (https://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/) that a
read-only endpoint can pass, under their names.
"""

from __future__ import annotations

import csv
import io
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, TURTLE, XML, SPARQLWrapper

from cnil_kg.serving.pool import WORKER
from cnil_kg.serving.words import PAGE
from cnil_kg.sparql.library import library
from harness import AS_OF, ROOT

COMMAND = [sys.executable, "-c", "from cnil_kg.cli import main; main()", "serve"]
BANK = str(ROOT / "examples" / "bank.ttl")
TIMEOUT = 2.0
ROWS = 300
HOSTILE = "</script><script>alert(1)</script><!-- \"'&"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?f && ?i != ?l) }"
STATED, DERIVED = "urn:cnil-kg:stated", "urn:cnil-kg:derived"
SELECT, DIRECT, FORM = "SELECT * { }", "application/sparql-query", "application/x-www-form-urlencoded"


@dataclass
class Server:
    process: subprocess.Popen[str]
    url: str
    said: list[str]

    def workers(self) -> list[psutil.Process]:
        return [p for p in psutil.Process(self.process.pid).children() if WORKER in p.cmdline()]


@contextmanager
def server(*arguments: str) -> Iterator[Server]:
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--lang", "en", "--as-of", AS_OF, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(line)
            if line.startswith("http"):
                break
        assert said, "the server said nothing"
        assert said[-1].startswith("http"), said
        reading = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reading.start()
        yield Server(process, said[-1].strip(), said)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    hostile = tmp_path_factory.mktemp("serve") / "hostile.ttl"
    hostile.write_text(
        "@prefix ckg: <https://w3id.org/cnil-kg/ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        f"<https://example.org/hostile> a ckg:Project ; rdfs:label {json.dumps(HOSTILE)} .\n",
        encoding="utf-8",
    )
    limits = ["--timeout", str(TIMEOUT), "--max-rows", str(ROWS), "--max-memory", "64", "--workers", "2"]
    with server(BANK, str(hostile), *limits) as started:
        yield started


@pytest.fixture(scope="module")
def http(up: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=up.url, timeout=20) as client:
        yield client


def ask(http: httpx.Client, query: str, accept: str = "", **fields: Any) -> httpx.Response:
    return http.get("sparql", params={"query": query, **fields}, headers={"accept": accept} if accept else {})


def count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


# ---- the protocol

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def test_query_get_and_both_posts_give_the_same(http: httpx.Client) -> None:
    got = ask(http, SELECT)
    form = http.post("sparql", data={"query": SELECT})
    direct = http.post("sparql", content=SELECT, headers={"content-type": f"{DIRECT}; charset=UTF-8"})
    for response in (got, form, direct):
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/sparql-results+json"
        assert response.json() == {"head": {"vars": []}, "results": {"bindings": [{}]}}


def test_query_dataset_parameters(http: httpx.Client) -> None:
    """query_dataset_default_graph(s), named_graphs, full and multiple_dataset, by GET and both POSTs."""
    stated = count(ask(http, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{STATED}> {{ ?s ?p ?o }} }}"))
    derived = count(ask(http, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{DERIVED}> {{ ?s ?p ?o }} }}"))
    both = count(
        ask(http, f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT DISTINCT ?s ?p ?o {{ VALUES ?g {{ <{STATED}> <{DERIVED}> }} "
        "GRAPH ?g { ?s ?p ?o } } } }")
    )  # fmt: skip
    assert 0 < derived < both <= stated + derived
    assert count(ask(http, COUNT, **{"default-graph-uri": STATED})) == stated
    assert count(ask(http, COUNT, **{"default-graph-uri": [STATED, DERIVED]})) == both
    assert count(http.post("sparql", data={"query": COUNT, "default-graph-uri": [STATED, DERIVED]})) == both
    direct = http.post(
        "sparql",
        params={"default-graph-uri": DERIVED, "named-graph-uri": STATED},
        content="SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
        headers={"content-type": DIRECT},
    )
    assert count(direct) == stated + derived
    assert count(ask(http, COUNT, **{"named-graph-uri": STATED})) == 0  # the default graph is then empty
    assert count(ask(http, f"SELECT (COUNT(*) AS ?n) FROM <{DERIVED}> {{ ?s ?p ?o }}")) == derived
    over = f"SELECT (COUNT(*) AS ?n) FROM <{DERIVED}> {{ ?s ?p ?o }}"  # the protocol wins over the text (2.1.4)
    assert count(ask(http, over, **{"default-graph-uri": STATED})) == stated


PUT = {"method": "PUT"}
BAD = {
    "bad_query_method": (PUT, 405, "use GET, HEAD, POST, OPTIONS"),
    "bad_multiple_queries": ({"params": [("query", "ASK {}"), ("query", SELECT)]}, 400, "one query"),
    "bad_query_wrong_media_type": ({"content": SELECT, "headers": {"content-type": "text/plain"}}, 415, DIRECT),
    "bad_query_missing_form_type": ({"content": "query=ASK%20%7B%7D"}, 415, FORM),
    "bad_query_missing_direct_type": ({"content": "ASK {}"}, 415, DIRECT),
    "bad_query_non_utf8": (
        {"content": "ASK {}".encode("utf-16"), "headers": {"content-type": f"{DIRECT}; charset=UTF-16"}},
        415,
        "UTF-8",
    ),
    "bad_query_syntax": ({"params": {"query": "ASK {WHERE"}}, 400, "query:1: SPARQL syntax"),
    "bytes that are no UTF-8": ({"content": b"ASK { \xff }", "headers": {"content-type": DIRECT}}, 400, "UTF-8"),
    "percent signs that are no UTF-8": ({"url": "sparql?query=ASK%20%7B%7D%FF"}, 400, "UTF-8"),
    "query in both places": ({"params": {"query": SELECT}, "data": {"query": SELECT}}, 400, "one query"),
    "no query": ({"data": {"other": "x"}}, 400, "no query"),
    "empty query": ({"params": {"query": ""}}, 400, "holds no query"),
    "update as a query": ({"params": {"query": "# c\nDELETE WHERE { ?s ?p ?o }"}}, 400, "DELETE would change"),
    "update by form": ({"data": {"update": "CLEAR ALL"}}, 400, "only reads"),
    "update directly": (
        {"content": "CLEAR ALL", "headers": {"content-type": "application/sparql-update"}},
        400,
        "only",
    ),
    "using-graph-uri": ({"params": {"query": SELECT, "using-graph-uri": STATED}}, 400, "using-graph-uri"),
    "default graph not loaded": ({"params": {"query": SELECT, "default-graph-uri": "http://x/g"}}, 400, "http://x/g"),
    "named graph not loaded": ({"params": {"query": SELECT, "named-graph-uri": "http://x/g"}}, 400, "http://x/g"),
    "FROM not loaded": ({"params": {"query": "ASK FROM <http://x/g> {}"}}, 400, "http://x/g is not loaded"),
    "SERVICE": ({"params": {"query": "ASK { SERVICE <http://127.0.0.1:9/> {} }"}}, 400, "SERVICE"),
    "LOAD": ({"params": {"query": "LOAD <file:///etc/passwd>"}}, 400, "LOAD"),
    "nested": ({"params": {"query": "ASK " + "{" * 2000 + "}" * 2000}}, 400, "nested more than 100"),
    "long query": ({"data": {"query": "ASK {}" + " " * 100_001}}, 413, "100000 characters"),
    "long body": ({"content": b" " * 1_100_000, "headers": {"content-type": DIRECT}}, 413, "bytes"),
    "fields": ({"url": "sparql?" + "a=b&" * 300}, 400, "200 fields"),
    "question unknown": ({"url": "questions/dpia-verdict"}, 404, "dpia-verdicts"),
    "parameter unknown": ({"url": "questions/Q01?acteur=x"}, 400, "Did you mean actor?"),
    "parameter ill typed": ({"url": "questions/Q01?actor=x"}, 400, "is an IRI"),
    "elsewhere": ({"url": "data"}, 404, "/sparql"),
    "a file outside": ({"url": "static/..%2Fpage.py"}, 404, "nothing here"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(http: httpx.Client, name: str) -> None:
    request, status, said = BAD[name]
    options: dict[str, Any] = {"url": "sparql", "method": "POST" if {"content", "data"} & set(request) else "GET"}
    response = http.request(**(options | request))
    assert (response.status_code, response.headers["content-type"]) == (status, "text/plain; charset=utf-8")
    assert said in response.text
    assert response.text.count("\n") == 1


def test_words_in_strings_and_comments_are_harmless(http: httpx.Client) -> None:
    text = 'PREFIX load: <x:y> ASK { BIND("SERVICE <http://x> DELETE" AS ?insert) } # LOAD <http://x>'
    assert ask(http, text).json() == {"head": {}, "boolean": True}


def test_head_and_options(http: httpx.Client) -> None:
    head = http.head("sparql", params={"query": COUNT})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(ask(http, COUNT).content)
    options = http.options("sparql")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert http.request("PROPFIND", "sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert http.post("/").status_code == 405


def test_no_other_page_may_read(http: httpx.Client) -> None:
    response = http.get("sparql", params={"query": SELECT}, headers={"origin": "https://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.headers["cache-control"] == "no-store"
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost@evil", ""):
        refused = http.get("sparql", params={"query": SELECT}, headers={"host": host})
        assert refused.status_code == 421, host
    for host in ("localhost:1", "127.0.0.1", "[::1]:80", "LOCALHOST"):
        assert http.get("sparql", params={"query": SELECT}, headers={"host": host}).status_code == 200, host


# ---- content negotiation

ROW_TYPES = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "text/csv": "text/csv; charset=utf-8",
    "text/tab-separated-values": "text/tab-separated-values; charset=utf-8",
    "*/*": "application/sparql-results+json",
    "text/*;q=0.5, application/sparql-results+xml;q=0.4": "text/csv; charset=utf-8",
    "text/csv;q=0, text/*": "text/tab-separated-values; charset=utf-8",
    "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8": "application/sparql-results+xml",
    "text/html": None,
    "text/turtle": None,
    "*/*;q=0": None,
}
TERMS = """SELECT ?x { VALUES ?x { <http://x/é> "a" "b,\\"\\n\\t<&>"@fr 1.50 true "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date> UNDEF } }"""  # noqa: E501


@pytest.mark.parametrize("accept", ROW_TYPES)
def test_rows_in_the_format_asked_for(http: httpx.Client, accept: str) -> None:
    response = ask(http, SELECT, accept)
    wanted = ROW_TYPES[accept]
    assert response.status_code == (200 if wanted else 406)
    assert "Accept" in response.headers["vary"]
    if wanted:
        assert response.headers["content-type"] == wanted
    else:
        assert "application/sparql-results+json" in response.text


def test_terms_are_written_whole_in_every_format(http: httpx.Client) -> None:
    rows = ask(http, TERMS, "application/json").json()["results"]["bindings"]
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert [row.get("x") for row in rows] == [
        {"type": "uri", "value": "http://x/é"},
        {"type": "literal", "value": "a"},
        {"type": "literal", "value": 'b,"\n\t<&>', "xml:lang": "fr"},
        {"type": "literal", "value": "1.5", "datatype": xsd + "decimal"},
        {"type": "literal", "value": "true", "datatype": xsd + "boolean"},
        {"type": "literal", "value": "2026-01-01", "datatype": xsd + "date"},
        None,
    ]
    text = ask(http, TERMS, "text/csv").text
    assert [row[0] if row else "" for row in csv.reader(io.StringIO(text))] == [
        "x", "http://x/é", "a", 'b,"\n\t<&>', "1.5", "true", "2026-01-01", ""
    ]  # fmt: skip
    assert '"b,\\"\\n\\t<&>"@fr' in ask(http, TERMS, "text/tab-separated-values").text
    xml = ask(http, TERMS, "application/sparql-results+xml").text
    assert '<literal xml:lang="fr">b,&quot;' in xml or '<literal xml:lang="fr">b,"' in xml
    assert "&lt;&amp;" in xml
    for accept, said in {"text/csv": "true\n", "application/sparql-results+xml": "<boolean>true</boolean>"}.items():
        assert said in ask(http, "ASK {}", accept).text


GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
}


def test_triples_in_every_format_are_the_same(http: httpx.Client) -> None:
    found = []
    for accept, syntax in GRAPHS.items():
        response = ask(http, f"CONSTRUCT {{ ?s ?p ?o }} FROM <{DERIVED}> {{ ?s ?p ?o }} LIMIT 50", accept)
        assert response.headers["content-type"].startswith(accept)
        store = Store()
        store.load(response.content, format=syntax)
        found.append(sorted(map(str, store)))
    assert len(found[0]) == 50
    assert found[1:] == found[:1] * 3
    assert ask(http, "DESCRIBE <https://example.org/bank/project>").headers["content-type"].startswith("text/turtle")
    assert ask(http, "CONSTRUCT WHERE { ?s ?p ?o }", "text/csv").status_code == 406


def test_the_service_describes_itself(http: httpx.Client, up: Server) -> None:
    sd = "http://www.w3.org/ns/sparql-service-description#"
    for accept in ("", "application/rdf+xml", "application/ld+json"):
        response = http.get("sparql", headers={"accept": accept} if accept else {})
        store = Store()
        store.load(response.content, format=GRAPHS[response.headers["content-type"].split(";")[0]])
        names = sorted(q.object.value for q in store if q.predicate.value == sd + "name")
        loaded = [STATED, DERIVED, "urn:cnil-kg:verdicts", "urn:cnil-kg:ontology"]
        assert names == sorted([*loaded, "https://example.org/bank/project", "https://example.org/hostile"])
        assert [q.object.value for q in store if q.predicate.value == sd + "endpoint"] == [f"{up.url}sparql"]
    browser = http.get("sparql", headers={"accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["location"]) == (303, "/")
    assert http.get("sparql", headers={"accept": "image/png"}).status_code == 406


# ---- clients in use


def test_sparqlwrapper_reads(up: Server) -> None:
    client = SPARQLWrapper(up.url + "sparql")
    for method in ("GET", "POST"):
        client.setMethod(method)
        client.setQuery("SELECT ?x { VALUES ?x { 1 2 } }")
        client.setReturnFormat(JSON)
        assert [row["x"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == ["1", "2"]
        client.setReturnFormat(XML)
        assert len(client.queryAndConvert().getElementsByTagName("result")) == 2
        client.setReturnFormat(CSV)
        assert client.queryAndConvert() == b"x\n1\n2\n".replace(b"\n", b"\r\n")
        client.setQuery(f"CONSTRUCT {{ ?s ?p ?o }} FROM <{DERIVED}> {{ ?s ?p ?o }} LIMIT 3")
        client.setReturnFormat(TURTLE)
        assert len(Graph().parse(data=client.queryAndConvert(), format="turtle")) == 3


def test_rdflib_reads(up: Server) -> None:
    graph = Graph(SPARQLStore(up.url + "sparql", returnFormat="json"))
    project = URIRef("https://example.org/bank/project")
    assert {str(o) for o in graph.objects(project, URIRef("https://w3id.org/cnil-kg/ns#hasProcessing"))} == {
        "https://example.org/bank/training"
    }
    assert len(list(graph.query("SELECT DISTINCT ?p { <https://example.org/bank/project> ?p ?o }"))) > 2


# ---- limits

BOMB = "ASK { BIND('0123456789' AS ?v0) " + " ".join(
    f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(31)
) + " FILTER(STRLEN(?v31) > 1) }"  # fmt: skip


def test_other_queries_are_answered_while_bad_ones_run_into_their_limits(http: httpx.Client, up: Server) -> None:
    """A runaway query, 20 small ones of a client of four threads, then a worker lost and memory used up."""
    with ThreadPoolExecutor(5) as threads:
        began = time.monotonic()
        bad = threads.submit(ask, http, RUNAWAY)
        time.sleep(0.2)
        small = list(threads.map(lambda _: ask(http, SELECT), range(20)))
        took = time.monotonic() - began
        assert {r.status_code for r in small} == {200}
        assert took < TIMEOUT, "the small queries waited for the bad one"
        response = bad.result()
        assert (response.status_code, response.text) == (
            504,
            "The query took more than 2 seconds (--timeout) and was stopped.\n",
        )
        bad = threads.submit(ask, http, RUNAWAY)
        time.sleep(0.5)
        for worker in up.workers():
            worker.kill()
        lost = bad.result()
        assert (lost.status_code, lost.headers["retry-after"]) == (503, "5")
        assert "made the engine stop" in lost.text
        kinds = ((SELECT, 200), ("ASK {", 400), (f"SELECT * {{ ?s ?p ?o . ?x ?y ?z }} LIMIT {ROWS + 1}", 503))
        many = list(threads.map(lambda i: ask(http, kinds[i % 3][0]).status_code, range(60)))
        assert many == [kinds[i % 3][1] for i in range(60)]  # a worker is as good after an error as before
    full = ask(http, BOMB)
    assert full.status_code == 503
    assert full.text.startswith("The query needed more than 64 MiB of memory (--max-memory)")
    assert ask(http, SELECT).status_code == 200


def test_a_long_answer_is_refused_rather_than_cut(http: httpx.Client) -> None:
    pairs = "SELECT ?s ?x { ?s ?p ?o . ?x ?y ?z } LIMIT "
    assert len(ask(http, pairs + str(ROWS)).json()["results"]["bindings"]) == ROWS
    response = ask(http, pairs + str(ROWS + 1))
    assert response.status_code == 503, response.text
    assert response.text == f"The answer has more than {ROWS} rows (--max-rows); add LIMIT, or ask for less.\n"
    triples = ask(http, "CONSTRUCT { ?s <x:to> ?x } { ?s ?p ?o . ?x ?y ?z }")
    assert (triples.status_code, f"more than {ROWS} triples" in triples.text) == (503, True)


def test_a_literal_of_a_query_is_never_logged(http: httpx.Client, up: Server) -> None:
    for text in ('ASK { ?s ?p "Jeanne Secret" }', 'ASK { ?s ?p "Jeanne Secret" ', 'SELECT * { SERVICE "Jeanne Secret"'):
        ask(http, text)
        http.post("sparql", data={"query": text})
    assert "Secret" not in "".join(up.said)


# ---- the library and the page


def test_a_question_with_its_parameters(http: httpx.Client) -> None:
    every = http.get("questions/Q01", headers={"accept": "text/csv"})
    assert every.text.splitlines()[0] == "project,processing,actor,role,outcome,reason"
    assert "https://example.org/bank/project" in every.text
    none = http.get("questions/who-is-controller", params={"actor": "https://example.org/nobody"})
    assert none.json()["results"]["bindings"] == []
    lines = every.text.splitlines()[1:]
    undetermined = sum(",undetermined," in line for line in lines)
    assert none.headers["cnil-kg-left-out"] == f"{len(lines)}; undetermined={undetermined}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_says_all_in_its_language_and_asks_nobody(http: httpx.Client, lang: str) -> None:
    response = http.get("/", headers={"accept-language": f"{lang}-CH, de;q=0.5"})
    text = response.text
    policy = response.headers["content-security-policy"]
    nonce = text.partition('data-nonce="')[2].partition('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert f"'nonce-{nonce}'" in policy
    assert "unsafe" not in policy
    assert f'<html lang="{lang}">' in text
    assert "{{" not in text
    data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    assert [(q["id"], q["text"]) for q in data["questions"]] == [(q.where, q.text.of(lang)) for q in library().values()]
    assert data["texts"] == {name: words.of(lang) for name, words in PAGE.items()}
    assert data["examined"].startswith("2 proje")
    for tag in ('src="http', 'href="http', "url(http", "@import", "<style", "onclick="):
        assert tag not in text
    for name in ("editor.js", "page.js", "page.css", "icon.svg"):
        assert http.get(f"static/{name}").status_code == 200
        assert f"static/{name}" in text or name == "editor.js"


def test_every_word_of_the_page_is_used() -> None:
    static = ROOT / "src" / "cnil_kg" / "serving" / "static"
    text = (static / "page.html").read_text("utf-8") + (static / "page.js").read_text("utf-8")
    assert [name for name in PAGE if f"{{{{{name}}}}}" not in text and f"texts.{name}" not in text] == []


def test_a_hostile_label_stays_text(http: httpx.Client) -> None:
    """In the answer it is JSON; the page puts it in as `textContent`, and has no other way in."""
    query = "SELECT ?l { <https://example.org/hostile> <http://www.w3.org/2000/01/rdf-schema#label> ?l }"
    assert ask(http, query).json()["results"]["bindings"][0]["l"]["value"] == HOSTILE
    script = http.get("static/page.js").text
    for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "srcdoc"):
        assert way not in script


# ---- beginning and end


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_behind(how: signal.Signals, tmp_path: Path) -> None:
    data = tmp_path / "little.ttl"
    data.write_text("<https://example.org/p> a <https://w3id.org/cnil-kg/ns#Project> .\n", encoding="utf-8")
    with server(str(data), "--workers", "1", "--timeout", "60") as started:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(started.url + "sparql", params={"query": RUNAWAY}, timeout=0.5)
        # the client has gone: its worker is free long before the limit of a minute
        assert httpx.get(started.url + "sparql", params={"query": SELECT}, timeout=20).status_code == 200
        workers = started.workers()
        assert len(workers) == 1
        threading.Thread(target=_forever, args=(started.url,), daemon=True).start()
        time.sleep(0.5)
        started.process.send_signal(how)
        code = started.process.wait(10)
        _, alive = psutil.wait_procs(workers, 5)
        assert alive == []
        assert code == {signal.SIGINT: 130}.get(how, -how)
        assert not [line for line in started.said if "Traceback" in line]


def _forever(url: str) -> None:
    with suppress(httpx.HTTPError):  # it ends with its server
        httpx.get(url + "sparql", params={"query": RUNAWAY}, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0", BANK], "add --allow-remote"),
        (["--host", "192.0.2.1", "--allow-remote", BANK], "192.0.2.1:8000: cannot listen here"),
        (["--port", "70000", BANK], "70000"),
        ([], "Missing argument"),
        (["--port", "0", "no-such-file.ttl"], "no-such-file.ttl"),
    ],
)
def test_what_cannot_be_served_is_told(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [*COMMAND, *arguments], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = subprocess.run(
            [*COMMAND, "--port", port, BANK], check=False, capture_output=True, text=True, timeout=60
        )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        f"cnil-kg: 127.0.0.1:{port}: this port is in use. Choose another with --port; 0 takes a free one.\n"
    )
