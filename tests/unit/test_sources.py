"""Which bytes are read, in which syntax."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from cnil_kg.errors import InputError
from cnil_kg.inputs.sources import Document, documents

TURTLE = b"@prefix ex: <https://example.org/> .\nex:a ex:b ex:c .\n"
XML = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
JSON = b'{"@id": "https://example.org/a"}'


def one(path: Path, data: bytes, format: str | None = None) -> Document | InputError:
    path.write_bytes(data)
    (found,) = documents([str(path)], format)
    return found


def error_of(found: Document | InputError) -> str:
    assert isinstance(found, InputError)
    return str(found)


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("p.ttl", TURTLE, "turtle"),
        ("p.TTL", TURTLE, "turtle"),
        ("p.nt", TURTLE, "ntriples"),
        ("p.nq", TURTLE, "nquads"),
        ("p.trig", TURTLE, "trig"),
        ("p.rdf", XML, "rdfxml"),
        ("p.owl", XML, "rdfxml"),
        ("p.xml", XML, "rdfxml"),
        ("p.jsonld", JSON, "jsonld"),
        ("p.json", JSON, "jsonld"),
        ("p.ttl", XML, "rdfxml"),
        ("p.ttl", b'<?xml version="1.0"?>\n' + XML, "rdfxml"),
        ("p.ttl", JSON, "jsonld"),
        ("p.ttl", b'[ <http://e/p> "x" ] .', "turtle"),
        ("p.trig", b'{ <http://e/a> <http://e/p> "x" }', "trig"),
        ("p.rdf", TURTLE, "turtle"),
        ("p.json", b"PREFIX ex: <http://e/>\nex:a ex:b ex:c .", "turtle"),
        ("project", TURTLE, "turtle"),
        ("project", XML, "rdfxml"),
        ("project", JSON, "jsonld"),
        ("project", b"<http://e/a> <http://e/b> <http://e/c> .", "turtle"),
    ],
)
def test_syntax_by_extension_unless_the_first_bytes_say_otherwise(
    tmp_path: Path, name: str, data: bytes, format: str
) -> None:
    found = one(tmp_path / name, data)
    assert isinstance(found, Document)
    assert found.format == format


def test_the_format_option_wins_over_the_extension(tmp_path: Path) -> None:
    found = one(tmp_path / "p.ttl", TURTLE, "trig")
    assert isinstance(found, Document) and found.format == "trig"


def test_the_format_option_is_for_standard_input_when_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "p.ttl").write_bytes(TURTLE)
    found = list(documents([str(tmp_path / "p.ttl"), "-"], "ntriples", io.BytesIO(b"<a:b> <a:b> <a:b> .")))
    assert [document.format for document in found if isinstance(document, Document)] == ["turtle", "ntriples"]


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    (found,) = documents(["p.ttl"], "turtel")
    assert "'turtel'" in error_of(found) and "turtle, ntriples" in error_of(found)


def test_standard_input_needs_a_format_unless_its_first_bytes_are_plain() -> None:
    (unclear,) = documents(["-"], None, io.BytesIO(b"<http://e/a> <http://e/b> <http://e/c> ."))
    assert "--format" in error_of(unclear)
    (clear,) = documents(["-"], None, io.BytesIO(TURTLE))
    assert isinstance(clear, Document) and clear.format == "turtle"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("data", [TURTLE, b'<?xml version="1.0" encoding="UTF-16"?>' + XML, JSON])
def test_a_byte_order_mark_is_read_and_removed(tmp_path: Path, encoding: str, data: bytes) -> None:
    found = one(tmp_path / "project", data.decode().encode(encoding))
    assert isinstance(found, Document)
    assert found.data == data.replace(b' encoding="UTF-16"', b"")


def test_xml_in_another_declared_encoding_is_decoded(tmp_path: Path) -> None:
    data = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1")
    found = one(tmp_path / "p.rdf", data)
    assert isinstance(found, Document) and found.data == '<?xml version="1.0"?><a>é</a>'.encode()


def test_xml_in_an_encoding_nobody_knows_is_refused(tmp_path: Path) -> None:
    found = one(tmp_path / "p.rdf", b'<?xml version="1.0" encoding="klingon-8"?><a/>')
    assert "klingon-8" in error_of(found)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html>\n<html><head/></html>", "HTML"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00", "not text"),
        (b"PK\x03\x04\x14\x00", "not text"),
        (b"\xff\xfe\x41", "utf-16"),
    ],
)
def test_bytes_that_hold_no_rdf_are_named_as_typed(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "p.ttl"
    assert says in error_of(one(path, data))
    assert error_of(one(path, data)).startswith(str(path))


def test_a_missing_path_is_named() -> None:
    (found,) = documents(["nowhere/p.ttl"])
    assert error_of(found).startswith("nowhere/p.ttl: There is no such file")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.ttl"
    path.write_bytes(TURTLE)
    path.chmod(0)
    (found,) = documents([str(path)])
    assert "permission denied" in error_of(found)


def test_a_folder_gives_its_files_in_depth_sorted_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.ttl", "a/z.nt", "a.jsonld", ".hidden.ttl", ".git/c.ttl", "notes.md", "a/x.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(TURTLE)
    names = [found.name for found in documents([str(tmp_path)]) if isinstance(found, Document)]
    assert names == [f"{tmp_path}/{name}" for name in ("a.jsonld", "a/z.nt", "b.ttl")]


@pytest.mark.parametrize("names", [[], [".hidden.ttl"], ["README.md"]])
def test_a_folder_without_anything_to_read_is_an_error(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_bytes(TURTLE)
    (found,) = documents([str(tmp_path)])
    assert error_of(found).startswith(f"{tmp_path}: The folder holds no file to read")


def test_a_file_is_read_once_however_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.ttl"
    path.write_bytes(TURTLE)
    (tmp_path / "link.ttl").symlink_to(path)
    inputs = [str(path), str(path), f"{tmp_path}/./p.ttl", str(tmp_path), str(tmp_path / "link.ttl")]
    found = list(documents(inputs))
    assert [document.name for document in found if isinstance(document, Document)] == [str(path)]
    assert len(found) == 1


def test_documents_are_numbered_in_order_past_the_errors(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(TURTLE)
    (tmp_path / "c.ttl").write_bytes(TURTLE)
    found = list(documents([str(tmp_path / name) for name in ("a.ttl", "b.ttl", "c.ttl")]))
    assert [document.number for document in found if isinstance(document, Document)] == [1, 2]
    assert isinstance(found[1], InputError)
