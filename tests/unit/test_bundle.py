"""`bundle` and `replay`: the same bytes for the same run, worked out again anywhere; what was changed is told."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cnil_kg.bundle import archive
from cnil_kg.bundle.pack import packed
from cnil_kg.bundle.replay import replayed
from cnil_kg.errors import InputError
from harness import CASES, HEADER, command

AS_OF = "2026-11-25"
CASE = CASES / "F5-08" / "fail-completed-one-day-after.ttl"
WAIVERS = """[[waiver]]
id = "F5-08"
subject = "https://example.org/p"
reason = "a day late"
approver = "DPO"
expires = 2027-01-01

[[waiver]]
id = "F5-08"
subject = "https://example.org/q"
reason = "of another file"
approver = "DPO"
expires = 2027-01-01
"""


OUT = HEADER + "ex:p a dpv:Process ; ckg:processesPersonalData false ."


@cache
def bundle() -> bytes:
    """A processing out of the sheets as a bundle."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "p.ttl").write_text(OUT, encoding="utf-8")
        made = packed([f"{folder}/p.ttl"], as_of=AS_OF)
    assert made.errors == ()
    return made.data


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def again(files: dict[str, bytes], *, seal: bool = True, **manifest: Any) -> bytes:
    """A bundle of other files; `seal`: with the digests they have."""
    told = json.loads(files["manifest.json"]) | manifest
    if seal:
        told["files"] = {p: hashlib.sha256(d).hexdigest() for p, d in files.items() if p != "manifest.json"}
    return archive.archived(files | {"manifest.json": json.dumps(told).encode()})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_bundle_holds_what_was_given_and_what_came_out(folder: Path) -> None:
    deep = folder / "some" / "where"
    deep.mkdir(parents=True)
    shutil.copy(CASE, deep)
    (deep / "cnil-kg.toml").write_text(WAIVERS, encoding="utf-8")
    (deep / "other.ttl").write_text(HEADER + "ex:q a dpv:Process .", encoding="utf-8")
    arguments = ["--as-of", AS_OF, "--lang", "en"]
    code, out, err = command("bundle", f"some/where/{CASE.name}", "-o", "x.zip", *arguments)
    assert (code, err) == (0, "")
    data = Path("x.zip").read_bytes()
    files = files_of(data)
    assert out == f"x.zip: 6 files; SHA-256 of the manifest: {hashlib.sha256(files['manifest.json']).hexdigest()}\n"
    assert list(files) == [
        "descriptions/1-fail-completed-one-day-after.ttl",
        "manifest.json",
        "proofs.json",
        "report.json",
        "rules.json",
        "waivers/1-cnil-kg.toml",
    ]
    assert files["descriptions/1-fail-completed-one-day-after.ttl"] == CASE.read_bytes()
    assert files["waivers/1-cnil-kg.toml"] == WAIVERS.encode()
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {p: hashlib.sha256(d).hexdigest() for p, d in files.items() if p != "manifest.json"}
    assert (manifest["asOf"], manifest["elsewhere"]) == (AS_OF, ["https://example.org/q"])
    assert manifest["options"] == {"waivers": "beside"}
    assert set(manifest["versions"]) == {"build", "cnil-kg", "pyoxigraph", "pyshacl", "python", "pyyaml", "rdflib"}
    assert str(folder).encode() not in data
    report = json.loads(files["report.json"])
    code, out, _ = command("validate", f"some/where/{CASE.name}", "--format", "json", "--as-of", AS_OF)
    text = out.replace(f"some/where/{CASE.name}", f"descriptions/1-{CASE.name}")
    assert report == json.loads(text.replace("some/where/cnil-kg.toml", "waivers/1-cnil-kg.toml"))
    assert report["summary"]["waived"] == {"violated": 1, "undetermined": 0, "elsewhere": 1}
    rules = json.loads(files["rules.json"])
    assert {r["id"] for c in report["conclusions"] for r in rules["rules"] if r["id"] in c["rules"]}
    assert {r["id"] for r in rules["requirements"]} == {f["id"] for f in report["findings"]}
    assert all(r["text"]["fr"] and r["query"].startswith("# id: ") for r in rules["rules"] if r["id"].startswith("F"))
    proofs = json.loads(files["proofs.json"])["explanations"]
    assert len([e for e in proofs if e["conclusion"]]) == len(report["conclusions"])
    assert [e["finding"]["id"] for e in proofs if e["finding"]] == ["F5-08"]
    assert command("replay", "x.zip")[0] == 0


def test_the_same_description_gives_the_same_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("p.ttl").write_text(OUT, encoding="utf-8")
    for number in range(2):
        assert command("bundle", "p.ttl", "-o", f"{number}.zip", "--as-of", AS_OF)[0] == 0
        assert Path(f"{number}.zip").read_bytes() == bundle()


def test_a_fresh_process_elsewhere_works_it_out_again(folder: Path) -> None:
    Path("x.zip").write_bytes(bundle())
    (folder / "away").mkdir()
    main = [sys.executable, "-c", "from cnil_kg.cli import main; main()"]
    done = subprocess.run(
        [*main, "replay", "../x.zip", "--lang", "fr"], cwd=folder / "away", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("Dossier établi par cnil-kg 0.1.0, droit applicable au 2026-11-25, intact (SHA-256 du ")
    assert second.startswith("Recalculé : même résultat (") and second.endswith(" valeurs comparées).")
    assert list((folder / "away").iterdir()) == []


def test_another_result_is_our_fault_with_the_same_versions_only(folder: Path) -> None:
    files = files_of(bundle())
    report = json.loads(files["report.json"])
    report["conclusions"][0] |= {"status": "established", "presumed": True}
    files["report.json"] = json.dumps(report).encode()
    place = "report.json/conclusions[scope|https://example.org/p]"
    Path("same.zip").write_bytes(again(files))
    code, out, err = command("replay", "same.zip", "--lang", "en")
    assert (code, err) == (3, "")
    assert out.splitlines()[1:] == [
        "Worked out again with the same versions, differences: 2. This is our fault: please report it.",
        f'  {place}/status: "established" → "excluded"',
        f"  {place}/presumed: true → false",
    ]
    versions = json.loads(files["manifest.json"])["versions"] | {"cnil-kg": "0.0.9", "build": "b"}
    Path("old.zip").write_bytes(again(files, versions=versions))
    code, out, _ = command("replay", "old.zip", "--lang", "fr")
    assert code == 1
    assert out.splitlines()[1:5] == [
        "Recalculé avec d'autres versions, différences : 2.",
        f'  {place}/status: "established" → "excluded"',
        f"  {place}/presumed: true → false",
        "Versions différentes (dossier → ici) :",
    ]
    assert out.splitlines()[6] == "  cnil-kg: 0.0.9 → 0.1.0"
    code, out, _ = command("replay", "old.zip", "--format", "json")
    found = json.loads(out)
    assert code == 1 and found["same"] is False
    assert found["differences"] == [
        {"place": f"{place}/status", "then": '"established"', "now": '"excluded"'},
        {"place": f"{place}/presumed", "then": "true", "now": "false"},
    ]
    assert found["versions"]["then"] == {"build": "b", "cnil-kg": "0.0.9"}


def test_other_versions_with_the_same_result_are_told_and_are_0(folder: Path) -> None:
    files = files_of(bundle())
    versions = json.loads(files["manifest.json"])["versions"] | {"python": "3.9.0"}
    Path("x.zip").write_bytes(again(files, versions=versions))
    code, out, _ = command("replay", "x.zip", "--lang", "en")
    assert code == 0
    assert "Worked out again: the same result" in out
    assert "  python: 3.9.0 → " in out


def test_what_cannot_be_read_or_is_wrongly_waived_is_not_packed(folder: Path) -> None:
    Path("case.ttl").write_text(OUT, encoding="utf-8")
    Path("bad.ttl").write_text("word", encoding="utf-8")
    Path("empty.ttl").write_text(HEADER + "ex:a ex:b ex:c .", encoding="utf-8")
    Path("cnil-kg.toml").write_text(WAIVERS, encoding="utf-8")
    for arguments, message in (
        (["case.ttl", "bad.ttl", "--no-config"], "cnil-kg: bad.ttl:1: turtle syntax"),
        (["case.ttl", "none.ttl"], "cnil-kg: none.ttl: There is no such file"),
        (["empty.ttl", "--no-config"], "cnil-kg: empty.ttl: holds no project"),
        (["case.ttl"], "cnil-kg: cnil-kg.toml:1: F5-08 is not asked of https://example.org/p"),
        (["case.ttl", "--config", "none.toml"], "cnil-kg: none.toml: The file cannot be read"),
    ):
        code, out, err = command("bundle", *arguments, "-o", "x.zip")
        assert (code, out) == (2, "")
        assert err.startswith(message) and err.count("\n") == (2 if message.endswith("/p") else 1)
    assert command("bundle", "case.ttl")[0] == 2
    assert command("bundle", "case.ttl", "--config", "x", "--no-config", "-o", "x.zip")[0] == 2
    assert sorted(p.name for p in folder.iterdir()) == ["bad.ttl", "case.ttl", "cnil-kg.toml", "empty.ttl"]


def test_no_file_is_written_over(folder: Path) -> None:
    Path("x.zip").write_text("mine", encoding="utf-8")
    code, _, err = command("bundle", "no matter", "-o", "x.zip")
    assert code == 2 and err.startswith("cnil-kg: x.zip: exists already")
    assert Path("x.zip").read_text(encoding="utf-8") == "mine"


def test_inputs_keep_their_bytes_and_their_syntax(folder: Path) -> None:
    (folder / "a é").mkdir()
    text = "base: https://example.org/\nprocessings:\n  - id: q\n    processesPersonalData: false\n"
    Path("a é/l'un.yaml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    said = io.BytesIO((HEADER + "ex:p a dpv:Process ; ckg:processesPersonalData false .").encode("utf-16"))
    made = packed(["a é", "-"], format="turtle", stdin=said, as_of=AS_OF)
    files = files_of(made.data)
    assert json.loads(files["manifest.json"])["descriptions"] == [
        {"path": "descriptions/1-l_un.yaml", "syntax": "yaml"},
        {"path": "descriptions/2-stdin.ttl", "syntax": "turtle"},
    ]
    assert files["descriptions/1-l_un.yaml"] == b"\xef\xbb\xbf" + text.encode()
    assert files["descriptions/2-stdin.ttl"] == said.getvalue()
    Path("x.zip").write_bytes(made.data)
    assert replayed("x.zip").code == 0


def zipped(*entries: tuple[str, bytes], **changes: Any) -> bytes:
    """A ZIP file of any entries."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in entries:
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(("manifest.json", b"{}")))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def lying() -> bytes:
    """An entry of a megabyte that calls itself ten bytes long."""
    data = bytearray(zipped(("manifest.json", b" " * (1 << 20))))
    struct.pack_into("<L", data, data.index(b"PK\1\2") + 24, 10)
    return bytes(data)


def of_many() -> bytes:
    """The end of a file that claims a list of 64 MiB."""
    data = bytearray(bundle())
    struct.pack_into("<L", data, data.rindex(b"PK\5\6") + 12, 64 << 20)
    return bytes(data)


def changed(path: str, data: bytes | None) -> Callable[[], bytes]:
    """The bundle with another file, whose digest it does not have."""

    def made() -> bytes:
        files = files_of(bundle()) | ({path: data} if data is not None else {})
        return again({p: d for p, d in files.items() if p != path or data is not None}, seal=False)

    return made


def told(**manifest: Any) -> Callable[[], bytes]:
    """The bundle with another manifest."""
    return lambda: again(files_of(bundle()), **manifest)


D = "descriptions/1-p.ttl"
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is no ZIP file"),
    "text": (lambda: b"word", "is no ZIP file"),
    "cut": (lambda: bundle()[: len(bundle()) // 2], "is no ZIP file"),
    "beheaded": (lambda: bundle()[len(bundle()) // 2 :], "is damaged"),
    "a bit": (
        lambda: bundle().replace(b"processesPersonalData false", b"processesPersonalData true ", 1),
        "is damaged",
    ),
    "no bundle": (lambda: zipped(("a.txt", b"a")), "holds no manifest.json"),
    "parent": (lambda: zipped(("../../etc/passwd", b"")), 'holds an entry named "../../etc/passwd"'),
    "absolute": (lambda: zipped(("/etc/passwd", b"")), 'holds an entry named "/etc/passwd"'),
    "drive": (lambda: zipped(("C:\\x", b"")), 'holds an entry named "C:\\x"'),
    "hidden": (lambda: zipped(("a/.ssh", b"")), 'holds an entry named "a/.ssh"'),
    "folder": (lambda: zipped(("a/", b"")), 'holds an entry named "a/"'),
    "escape": (lambda: zipped(("\x1b[31m", b"")), 'holds an entry named "\\u001b[31m"'),
    "encrypted": (encrypted, "is encrypted (manifest.json)"),
    "bomb": (lambda: zipped(*((f"{n}", bytes(65 << 20)) for n in range(4))), "holds more than a bundle may"),
    "lying": (lying, "is damaged"),
    "many": (of_many, "lists more files than a bundle may hold"),
    "no json": (lambda: zipped(("manifest.json", b"{")), "holds a manifest.json that is no JSON"),
    "nested": (lambda: zipped(("manifest.json", b"[" * 200_000)), "holds a manifest.json that is no JSON"),
    "a list": (lambda: zipped(("manifest.json", b"[]")), "has a manifest that is no bundle's"),
    "description": (changed(D, b"# other"), f"was changed in {D}: it is not as it was made"),
    "result": (changed("report.json", b"{}"), "was changed in report.json"),
    "less": (changed("proofs.json", None), "lacks proofs.json"),
    "more": (changed("x.txt", b""), "holds, unlisted, x.txt"),
    "form": (told(bundle=2), "is a bundle of form 2, this version reads form 1"),
    "day": (told(asOf="tomorrow"), "has a manifest that is no bundle's"),
    "path": (told(descriptions=[{"path": "no", "syntax": "turtle"}]), "has a manifest that is no bundle's"),
    "syntax": (told(descriptions=[{"path": D, "syntax": "html"}]), "has a manifest that is no bundle's"),
    "type": (told(descriptions=3), "has a manifest that is no bundle's"),
    "none": (told(descriptions=[]), "has a manifest that is no bundle's"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [*BAD, "twice"])
def test_what_is_no_bundle_or_was_changed_is_one_message(name: str, folder: Path) -> None:
    twice = (lambda: zipped(("manifest.json", b"{}"), ("manifest.json", b"{}"))), "holds manifest.json twice"
    make, message = BAD.get(name, twice)
    Path("x.zip").write_bytes(make())
    with pytest.raises(InputError) as caught:
        replayed("x.zip")
    assert str(caught.value).startswith(f"x.zip: {message}")
    assert [path.name for path in folder.iterdir()] == ["x.zip"]


def test_what_is_not_there_ends_with_2(folder: Path) -> None:
    code, out, err = command("replay", "none.zip")
    assert (code, out) == (2, "")
    assert err.startswith("cnil-kg: none.zip: The file cannot be read") and err.count("\n") == 1
    assert command("replay", ".")[0] == 2


def test_what_is_more_than_a_bundle_may_hold_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 10_000)
    with pytest.raises(InputError, match="more than a bundle may hold"):
        archive.archived({"a": bytes(9_500)})
