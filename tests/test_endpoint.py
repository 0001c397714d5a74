"""Remote stores as source and target: a real Oxigraph server, and one that misbehaves."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner, Result

from cnil_kg.cli import cli
from cnil_kg.connectors import sparql
from cnil_kg.connectors.web import Web
from cnil_kg.errors import InputError
from cnil_kg.pulling import pull
from harness import AS_OF, HEADER, ROOT
from replay import Answer, Asked, serving

LLM = ROOT / "examples" / "llm.ttl"
PARTS = (
    HEADER + "ex:project a ckg:Project ; ckg:hasProcessing ex:p .",
    HEADER + "ex:p a dpv:Process ; dpv:hasPurpose ckg:none .",
)


class Store:
    """A running Oxigraph."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.query_url, self.store_url = f"{self.base}/query", f"{self.base}/store"

    def put(self, turtle: str, graph: str | None) -> None:
        target = f"{self.store_url}?" + (urlencode({"graph": graph}) if graph else "default")
        headers = {"Content-Type": "text/turtle"}
        with urllib.request.urlopen(urllib.request.Request(target, turtle.encode(), headers, method="PUT")) as answer:
            assert answer.status < 300

    def count(self, graph: str) -> int:
        query = urlencode({"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"})
        request = urllib.request.Request(
            f"{self.query_url}?{query}", headers={"Accept": "application/sparql-results+json"}
        )
        with urllib.request.urlopen(request) as answer:
            return int(json.load(answer)["results"]["bindings"][0]["n"]["value"])

    def clear(self) -> None:
        data = urlencode({"update": "CLEAR ALL"}).encode()
        urllib.request.urlopen(f"{self.base}/update", data).close()


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    """Oxigraph as the extra `test` installs it, on a free port, in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    assert command is not None, "the extra `test` installs oxigraph"
    process = subprocess.Popen([command, "serve", "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)
        yield Store(port)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def store(server: Store) -> Store:
    server.clear()
    return server


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--as-of", AS_OF])


def verdicts(result: Result) -> set[tuple[str, str, str]]:
    found = json.loads(result.stdout)
    told = {(c["id"], str(c["value"]), c["status"]) for c in found["conclusions"]}
    return told | {(f["id"], f["subject"], f["status"]) for f in found["findings"]}


def test_a_store_says_the_same_as_the_file(store: Store) -> None:
    store.put(LLM.read_text(encoding="utf-8"), "https://example.org/graphs/llm")
    there = call("validate", "--endpoint", store.query_url, "--format", "json")
    here = call("validate", str(LLM), "--format", "json")
    assert there.exit_code == here.exit_code == 0
    assert verdicts(there) == verdicts(here)
    inputs = json.loads(there.stdout)["inputs"]
    assert inputs == [f"{store.query_url} https://example.org/graphs/llm"]


def test_a_project_spread_over_graphs_and_a_file_is_one(store: Store, tmp_path: Path) -> None:
    store.put(PARTS[0], None)
    store.put(PARTS[1], "https://example.org/graphs/p")
    (tmp_path / "whole.ttl").write_text("\n".join(PARTS), encoding="utf-8")
    (tmp_path / "more.ttl").write_text(HEADER + "ex:p dpv:hasLegalBasis eu-gdpr:A6-1-f .", encoding="utf-8")
    apart = call("derive", "--endpoint", store.query_url, str(tmp_path / "more.ttl"))
    joined = call("derive", str(tmp_path / "whole.ttl"), str(tmp_path / "more.ttl"))
    assert apart.stdout == joined.stdout != ""


@pytest.mark.parametrize("page", [7, 50_000])
def test_graphs_without_blank_nodes_are_read_page_by_page(
    store: Store, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(sparql, "PAGE", page)
    flat = HEADER + "\n".join(f'ex:d{n} a dcat:Dataset ; dct:title "{n}" .' for n in range(20))
    store.put(flat, "https://example.org/flat")
    store.put(
        HEADER + "ex:p a dpv:Process ; dpv:hasPurpose [ a dpv:Purpose ; dct:title 'x' ] .", "https://example.org/nodes"
    )
    pages = list(sparql.CONNECTOR.pages(Web(), store.query_url, ""))
    names = [name for p in pages for name, _ in p.records]
    flats = [name for name in names if name.startswith("https://example.org/flat")]
    assert len(flats) == (1 if page > 40 else 6)
    assert names[-1] == "https://example.org/nodes"  # in one piece, however small the page
    lines = [line for p in pages for name, data in p.records if name in flats for line in data.decode().splitlines()]
    assert len(lines) == len(set(lines)) == 40
    assert pages[-1].after == "" and [p.after for p in pages[:-1]] == [str(n) for n in range(1, len(pages))]


def test_what_follows_is_put_back_and_never_read_as_stated(store: Store) -> None:
    store.put(LLM.read_text(encoding="utf-8"), "https://example.org/graphs/llm")
    before = call("derive", "--endpoint", store.query_url)
    for graph in ("urn:cnil-kg:derived", "https://example.org/mine"):
        put = call("derive", "--endpoint", store.query_url, "--put", store.store_url, "--graph", graph)
        assert (put.exit_code, put.output) == (0, "")
        assert store.count(graph) == len(before.stdout.splitlines()) + 1
        assert call("derive", "--endpoint", store.query_url).stdout == before.stdout
    assert call("query", "Q01", "--endpoint", store.query_url, "--format", "csv").exit_code == 0


def test_an_import_of_a_store_is_taken_up_again(store: Store, tmp_path: Path) -> None:
    for n in range(3):
        store.put(HEADER + f"ex:p{n} a dpv:Process .", f"https://example.org/g{n}")
    done = pull(store.query_url, str(tmp_path / "in"), reader="sparql")
    assert (len(done.new), done.stopped) == (3, None)
    again = pull(store.query_url, str(tmp_path / "in"), reader="sparql")
    assert (len(again.new), again.kept) == (0, 3)
    assert call("derive", str(tmp_path / "in")).stdout == call("derive", "--endpoint", store.query_url).stdout


def test_an_empty_store_is_nothing_to_examine(store: Store) -> None:
    empty = call("validate", "--endpoint", store.query_url)
    assert (empty.exit_code, empty.stdout) == (2, "")
    assert "The store holds no triple to examine" in empty.stderr


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(data=b"<!doctype html><p>Sign in", type="text/html"), "is no result of a SPARQL query"),
        (Answer(data=b'{"results": ', cut=True), "closed the connection early"),
        (Answer({}, 403), "credentials are needed (403)"),
        (Answer({"results": {"bindings": [{"n": 5}]}}), "is no result of a SPARQL query"),
        (Answer({}, wait=0.6), "gave no answer within"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_clear_error(answer: Answer, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnil_kg.connectors.web.Web.__init__.__defaults__", (0.3, 0.01))
    with serving(lambda asked: answer) as server:
        result = call("validate", "--endpoint", f"{server.url}/sparql")
    assert result.exit_code == 2 or isinstance(result.exception, InputError)
    text = result.output + str(result.exception)
    assert f"{server.url}/sparql: " in text and said in text


def test_a_page_instead_of_rdf_is_told() -> None:
    count = {"results": {"bindings": [{"n": {"value": "3"}, "blank": {"value": "0"}}]}}

    def answer(asked: Asked) -> Answer:
        rdf = asked.headers["Accept"] == "application/n-triples"
        rows = {"results": {"bindings": []}} if b"GROUP" in asked.body else count
        return Answer(data=b"<html>hello", type="text/html") if rdf else Answer(rows)

    with serving(answer) as server, pytest.raises(InputError, match="answers a page, not RDF"):
        list(sparql.CONNECTOR.pages(Web(timeout=1, backoff=0.01), f"{server.url}/sparql", ""))


def test_usage() -> None:
    assert call("validate").exit_code == 2
    assert "is no address" in call("validate", "--endpoint", "store").output
