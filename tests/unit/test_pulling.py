"""`cnil-kg import ADDRESS`: paging, retries, time-outs, credentials, partial failure, taking up again."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse

from cnil_kg.cli import cli
from cnil_kg.connectors.web import PASSWORD, TOKEN, USER, Web
from cnil_kg.errors import InputError
from cnil_kg.pulling import JOURNAL, pull
from cnil_kg.vocab import shrink
from replay import Answer, Asked, serving


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials of whoever runs the tests."""
    for name in (TOKEN, USER, PASSWORD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("cnil_kg.connectors.web._kept", lambda url: None)


def quick() -> Web:
    return Web(timeout=1, backoff=0.01)


def package(number: int) -> dict[str, Any]:
    return {"id": f"id{number}", "name": f"set-{number}", "title": f"Set {number}", "resources": [], "extras": []}


def ckan(packages: list[dict[str, Any]], rows: int = 2) -> Any:
    """`package_search` as the API guide of CKAN documents it, two packages a page."""

    def answer(asked: Asked) -> Answer:
        assert asked.path == "/api/3/action/package_search"
        start = int(asked.query["start"][0])
        assert asked.query["sort"] == ["id asc"]
        result = {"count": len(packages), "results": packages[start : start + rows]}
        return Answer({"help": "…", "success": True, "result": result})

    return answer


def facts(folder: Path) -> set[tuple[str, str, str]]:
    found = set()
    for file in folder.glob("*.ttl"):
        for t in parse(file.read_bytes(), format=RdfFormat.TURTLE):
            if t.predicate.value.endswith(("title", "hasPersonalData", "wasDerivedFrom")):
                found.add((t.subject.value, shrink(t.predicate.value), shrink(t.object.value)))  # type: ignore[union-attr]
    return found


# == The three catalogs


def test_ckan_page_by_page(tmp_path: Path) -> None:
    with serving(ckan([package(n) for n in range(5)])) as server:
        done = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert [a.query["start"] for a in server.asked] == [["0"], ["2"], ["4"]]
    assert (len(done.new), done.kept, done.failed, done.stopped) == (5, 0, {}, None)
    assert {title for _, _, title in facts(tmp_path / "in")} == {f"Set {n}" for n in range(5)}


def test_openmetadata_follows_the_cursor_and_asks_for_no_rows(tmp_path: Path) -> None:
    tables = [
        {"id": f"00000000-0000-0000-0000-00000000000{n}", "name": f"t{n}", "fullyQualifiedName": f"db.t{n}",
         "tableType": "Regular", "columns": [], "tags": [{"tagFQN": "PersonalData.Personal", "state": "Confirmed"}]}
        for n in range(3)
    ]  # fmt: skip

    def answer(asked: Asked) -> Answer:
        assert asked.path == "/api/v1/tables"
        assert "sampleData" not in asked.query["fields"][0] and "profile" not in asked.query["fields"][0]
        if asked.query.get("after") == ["c2"]:
            return Answer({"data": tables[2:], "paging": {"total": 3, "before": "b"}})
        return Answer({"data": tables[:2], "paging": {"total": 3, "after": "c2"}})

    with serving(answer) as server:
        done = pull(f"{server.url}/api/v1/tables", str(tmp_path / "in"), web=quick())
    assert (len(server.asked), len(done.new)) == (2, 3)
    assert {(s[-1], o) for s, p, o in facts(tmp_path / "in") if p == "dpv:hasPersonalData"} == {
        (str(n), "dpv:PersonalData") for n in range(3)
    }


def test_datahub_scrolls_and_asks_for_no_profile(tmp_path: Path) -> None:
    def urn(n: int) -> str:
        return f"urn:li:dataset:(urn:li:dataPlatform:hive,d{n},PROD)"

    def entity(n: int) -> dict[str, Any]:
        properties = {"propertyUrn": "urn:li:structuredProperty:io.cnilkg.hasPersonalData",
                      "values": [{"string": "https://w3id.org/dpv/pd#Health"}]}  # fmt: skip
        return {"urn": urn(n), "datasetProperties": {"value": {"name": f"D{n}"}},
                "structuredProperties": {"value": {"properties": [properties]}}}  # fmt: skip

    def answer(asked: Asked) -> Answer:
        assert asked.path == "/openapi/v3/entity/dataset"
        assert "datasetProfile" not in asked.query["aspects"]
        if asked.query.get("scrollId") == ["s1"]:
            return Answer({"entities": [entity(2)]})
        return Answer({"entities": [entity(0), entity(1)], "scrollId": "s1"})

    with serving(answer) as server:
        pull(f"{server.url}/openapi/v3/entity/dataset", str(tmp_path / "in"), web=quick())
    found = facts(tmp_path / "in")
    assert found == {(urn(n), "dct:title", f"D{n}") for n in range(3)} | {
        (urn(n), "dpv:hasPersonalData", "pd:Health") for n in range(3)
    }


# == What goes wrong


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    good, tries = ckan([package(0)]), iter((503, 429, 200))

    def answer(asked: Asked) -> Answer:
        status = next(tries)
        return good(asked) if status == 200 else Answer({}, status, headers={"Retry-After": "0"})

    with serving(answer) as server:
        done = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert (len(server.asked), len(done.new)) == (3, 1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({}, 500), "kept failing"),
        (Answer(data=b"<!doctype html><title>Login", type="text/html"), "is not JSON; it begins"),
        (Answer(data=b'{"help": "', cut=True), "closed the connection early"),
        (Answer({}, wait=1.6), "gave no answer within 0.3 s"),
        (Answer({}, 404), "there is nothing at this address (404)"),
        (Answer({}, 401), "credentials are needed (401)"),
        (Answer({"success": False, "error": {"message": "Not found"}}), "CKAN answers no success: Not found"),
        (Answer({"success": True, "result": {"count": 1}}), "has no `results` and `count`"),
        (Answer([1]), "CKAN answers no success: no reason given"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_clear_error(answer: Answer, said: str, tmp_path: Path) -> None:
    with serving(lambda asked: answer) as server:
        done = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=Web(timeout=0.3, backoff=0.01))
    assert done.stopped is not None and said in str(done.stopped)
    assert str(done.stopped).startswith(f"{server.url}/api/3/action")


def test_what_never_listens_is_told(tmp_path: Path) -> None:
    with serving(lambda asked: Answer({})) as server:
        pass
    done = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert "the server cannot be reached" in str(done.stopped)


def test_an_answer_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnil_kg.connectors.web.MAX_BYTES", 1024 * 1024)
    with serving(lambda asked: Answer(data=b" " * (2 * 1024 * 1024))) as server:
        done = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert "the answer is longer than 1 MB" in str(done.stopped)


def test_what_was_read_is_kept_and_a_second_run_goes_on(tmp_path: Path) -> None:
    folder, packages = tmp_path / "in", [package(n) for n in range(6)]
    packages[1]["resources"] = "x"  # malformed
    good, broken = ckan(packages), True

    def answer(asked: Asked) -> Answer:
        return Answer({}, 500) if broken and asked.query["start"] == ["4"] else good(asked)

    with serving(answer) as server:
        first = pull(f"{server.url}/api/3/action", str(folder), web=quick())
        assert (len(first.new), list(first.failed), first.stopped is None) == (3, ["set-1"], False)
        assert "resources" in first.failed["set-1"]
        state = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
        assert (state["after"], list(state["failed"])) == ("4", ["set-1"])
        broken, packages[1]["resources"] = False, []
        second = pull(f"{server.url}/api/3/action", str(folder), web=quick())
        assert (len(second.new), second.kept, second.failed, second.stopped) == (3, 3, {}, None)
        asked = len(server.asked)
        third = pull(f"{server.url}/api/3/action", str(folder), web=quick())
        assert (len(third.new), third.kept) == (0, 6)
        assert len(server.asked) == asked + 3
    assert {title for _, _, title in facts(folder)} == {f"Set {n}" for n in range(6)}


def test_a_run_that_stopped_takes_up_at_its_page(tmp_path: Path) -> None:
    good, broken = ckan([package(n) for n in range(6)]), True
    answer = lambda a: Answer({}, 500) if broken and a.query["start"] == ["4"] else good(a)  # noqa: E731
    with serving(answer) as server:
        pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
        broken, before = False, len(server.asked)
        second = pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert [a.query["start"] for a in server.asked[before:]] == [["4"]]
    assert (len(second.new), second.kept) == (2, 0)


def test_credentials_come_from_the_environment_and_are_never_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = ckan([package(0)])

    def answer(asked: Asked) -> Answer:
        return good(asked) if asked.headers.get("Authorization") == "s3cret" else Answer({}, 403)

    with serving(answer) as server:
        monkeypatch.setenv(TOKEN, "wrong-s3cret")
        refused = pull(f"{server.url}/api/3/action", str(tmp_path / "a"), web=quick())
        assert "the credentials were refused (403)" in str(refused.stopped)
        assert len(server.asked) == 1  # not tried again
        monkeypatch.setenv(TOKEN, "s3cret")
        assert len(pull(f"{server.url}/api/3/action", str(tmp_path / "b"), web=quick()).new) == 1
    texts = [caplog.text, str(refused.stopped), *(f.read_text(encoding="utf-8") for f in tmp_path.rglob("*.*"))]
    assert not any("s3cret" in text for text in texts)


def test_a_token_does_not_follow_to_another_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, "s3cret")
    with serving(ckan([package(0)])) as other:
        there = other.url.replace("127.0.0.1", "localhost")

        def away(asked: Asked) -> Answer:
            where = f"{there}{asked.path}?start=0&sort=id+asc"
            return Answer({}, 302, headers={"Location": where})

        with serving(away) as server:
            pull(f"{server.url}/api/3/action", str(tmp_path / "in"), web=quick())
    assert [a.headers.get("Authorization") for a in other.asked] == [None]


# == The command


def test_the_command(tmp_path: Path) -> None:
    with serving(ckan([package(0), {"id": 1, "resources": 5}])) as server:
        url = f"{server.url}/api/3/action"
        done = CliRunner().invoke(cli, ["import", url, "-o", str(tmp_path / "in"), "--lang", "en"])
        assert done.exit_code == 2  # one failed
        assert "1 records read, 0 there already, 1 failed." in done.output
        assert (tmp_path / "in" / "set-0-97ea8a60.ttl").exists() or len(
            list((tmp_path / "in").glob("set-0-*.ttl"))
        ) == 1
        wrong = CliRunner().invoke(cli, ["import", f"{url}/other", "-o", str(tmp_path / "in")])
        assert "the folder holds the import of" in str(wrong.exception)
        assert "many records" in str(CliRunner().invoke(cli, ["import", url]).exception)
        secret = CliRunner().invoke(cli, ["import", url.replace("//", "//me:s3cret@"), "-o", str(tmp_path / "n")])
        assert "the address holds credentials" in secret.output and "s3cret" not in secret.output
        unknown = CliRunner().invoke(cli, ["import", "https://example.org/data", "-o", str(tmp_path / "m")])
        assert isinstance(unknown.exception, InputError) and "no connector knows this address" in str(unknown.exception)
