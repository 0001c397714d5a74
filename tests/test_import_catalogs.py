"""Real records of catalogs: import, then validate; what each of them must give was written by hand."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from pyoxigraph import BlankNode, Literal, NamedNode

from cnil_kg.cli import cli
from cnil_kg.errors import InputError
from cnil_kg.importing import Outcome, import_record
from cnil_kg.vocab import shrink
from harness import ROOT, SHARED, run

CATALOGS = SHARED / "samples" / "catalogs"
pytestmark = pytest.mark.skipif(not CATALOGS.is_dir(), reason="the catalog samples are not beside the repository")
EXPECTED: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests/imports/expected.yaml").read_text("utf-8")
)
DEFINITIONS = ("openmetadata_classifications.json", "datahub_structured-properties.yaml")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
SAMPLES = {  # reader, datasets, processings that the description is found to hold
    "ckan_package-show_grand-est.json": ("ckan", 1, 0),
    "croissant_commoncrawl-2025-43.json": ("croissant", 1, 0),
    "croissant_dices-350.json": ("croissant", 1, 0),
    "croissant_prism-alignment.json": ("croissant", 1, 0),
    "croissant_the-stack.json": ("croissant", 1, 0),
    "croissant_wildchat-1m.json": ("croissant", 1, 0),
    "datahub_datasets.yaml": ("datahub", 2, 0),
    "dcat_data-gouv-fr_vanves.rdf": ("dcat", 2, 0),
    "dcat_opendatasoft_rennes.rdf": ("dcat", 1, 0),
    "dpcat_edps-staff-selection-ropa.ttl": ("dpv", 0, 3),
    "healthdcat-ap_cancer-registry-de.ttl": ("dcat", 1, 0),
    "healthdcat-ap_fdz-gesundheit.ttl": ("dcat", 1, 0),
    "hf-card_common_voice.md": ("huggingface", 1, 0),
    "hf-card_medical_dialog.md": ("huggingface", 1, 0),
    "hf-card_reddit-tldr.md": ("huggingface", 1, 0),
    "mldcat-ap_apertus-70b.ttl": ("dcat", 13, 0),
    "mldcat-ap_openml-credit-g.ttl": ("dcat", 1, 0),
    "openmetadata_table_dim-address.json": ("openmetadata", 1, 0),
}


@cache
def imported(name: str) -> Outcome:
    return import_record(str(CATALOGS / name))


def shown(term: object, root: NamedNode) -> str:
    if term == root:
        return "."
    if isinstance(term, BlankNode):
        return "[]"
    if isinstance(term, Literal):
        words = term.value.split(" ")
        return f'"{term.value}"' if len(term.value) <= 32 or len(words) == 1 else f'"{" ".join(words[:2])}…"'
    assert isinstance(term, NamedNode)
    return shrink(term.value).replace(AUTHORITY, "at:")


def facts(outcome: Outcome, root: str) -> set[str]:
    node = NamedNode(root)
    triples = [s.triple for s in outcome.imported.stated if s.root == node]
    return {f"{shown(t.subject, node)} {shown(t.predicate, node)} {shown(t.object, node)}" for t in triples}


def spelled(rows: list[str]) -> set[str]:
    """One triple a row; a row may list several terms as values."""
    found = set()
    for row in rows:
        subject, property_, rest = row.split(" ", 2)
        values = [rest] if rest.startswith('"') else rest.split()
        found |= {f"{subject} {property_} {value}" for value in values}
    return found


def test_all_samples_are_here() -> None:
    names = {path.name for path in CATALOGS.iterdir() if path.name != "README.md"}
    assert names == SAMPLES.keys() | set(DEFINITIONS)


@pytest.mark.parametrize("name", EXPECTED)
def test_facts_hints_and_warnings_are_those_written_by_hand(name: str) -> None:
    outcome = imported(name)
    assert {s.root.value for s in outcome.imported.stated} == EXPECTED[name].keys()
    for root, expected in EXPECTED[name].items():
        assert facts(outcome, root) == spelled(expected["facts"])
        hints = [h for h in outcome.imported.hints if h.root == NamedNode(root)]
        rows = [tuple(str(row).rsplit(" | ", 1)) for row in expected["hints"]]
        assert Counter(f"{h.topic.removesuffix('Topic')} | {h.field}" for h in hints) == Counter(row[0] for row in rows)
        for hint, (_, word) in zip(sorted(hints, key=lambda h: (h.topic, h.field)), sorted(rows), strict=True):
            assert word.lower() in hint.quote.lower()
        assert Counter(w.code for w in outcome.warnings) == Counter(expected["warnings"])


@pytest.mark.parametrize("name", SAMPLES)
def test_every_quotation_stands_in_the_file(name: str) -> None:
    text = (CATALOGS / name).read_text(encoding="utf-8")
    for escaped, plain in (("\\n", " "), ("\\t", " "), ('\\"', '"'), ("\\u201c", "“"), ("\\u201d", "”")):
        text = text.replace(escaped, plain)
    flat = " ".join(text.split())
    quotes = [" ".join(h.quote.split()) for h in imported(name).imported.hints]
    assert [q for q in quotes if q not in flat] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_import_validates_and_says_what_is_missing(name: str, tmp_path: Path) -> None:
    reader, datasets, processings = SAMPLES[name]
    outcome = imported(name)
    assert outcome.imported.reader == reader
    file = tmp_path / "imported.ttl"
    file.write_text(outcome.text, encoding="utf-8")
    result = run(file)
    assert result.reasoned.facts.errors == ()
    kinds = Counter(q.object.value.rpartition("#")[2] for q in result.reasoned.store if "#type" in q.predicate.value)
    assert (kinds["DescribedDataset"], kinds["DescribedProcessing"]) == (datasets, processings)
    assert result.concluder.contradictions == []
    assert {c.status for c in result.about("reuse")} == {"undetermined"}
    assert all(c.missing for c in result.about("reuse"))


def test_the_two_texts_of_one_record_that_contradict_each_other_are_both_quoted() -> None:
    hints = imported("healthdcat-ap_fdz-gesundheit.ttl").imported.hints
    (one,) = [h for h in hints if h.topic == "PseudonymisedTopic"]
    (other,) = [h for h in hints if h.topic == "AnonymisedTopic"]
    assert (one.field, other.field) == ("dct:description", "dct:provenance / rdfs:label")
    assert "pseudonymisierten" in one.quote
    assert "anonymized" in other.quote
    stated = {shrink(s.triple.predicate.value) for s in imported("healthdcat-ap_fdz-gesundheit.ttl").imported.stated}
    assert stated.isdisjoint({"ckg:pseudonymised", "ckg:anonymised"})


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("reader", [None, "openmetadata", "datahub"])
def test_definitions_are_told_from_a_record(name: str, reader: str | None) -> None:
    with pytest.raises(InputError, match="holds tag definitions, no dataset") as raised:
        import_record(str(CATALOGS / name), reader=reader)
    assert raised.value.repair.endswith(f"--vocabulary {CATALOGS / name}")


def test_definitions_serve_beside_the_record_that_uses_them() -> None:
    vocabulary = str(CATALOGS / "datahub_structured-properties.yaml")
    hints = import_record(str(CATALOGS / "datahub_datasets.yaml"), vocabulary=vocabulary).imported.hints
    (found,) = [h for h in hints if h.field == "[0].structured_properties.io.acryl.privacy.retentionTime"]
    assert found.quote.startswith("365: ")
    assert "non-sensitive" in found.quote


@pytest.mark.parametrize("name", ["openmetadata_table_dim-address.json", "hf-card_common_voice.md"])
def test_rows_of_the_data_are_not_copied(name: str) -> None:
    """The rows of these two files: `<first name>`, `<suite>`; `fourties`, the path of a recording."""
    assert not re.search(r"<first name>|<suite>|<id>|fourties|common_voice_nl|dubieuze", imported(name).text)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_address_of_a_person_is_copied(name: str) -> None:
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w", imported(name).text)


def test_the_command_writes_what_validate_reads(tmp_path: Path) -> None:
    target = str(tmp_path / "record.ttl")
    source = str(CATALOGS / "mldcat-ap_openml-credit-g.ttl")
    done = CliRunner().invoke(cli, ["import", source, "-o", target, "--lang", "en"])
    assert (done.exit_code, done.output) == (0, "")
    checked = CliRunner().invoke(cli, ["validate", target, "--lang", "en"])
    assert checked.exit_code == 4
    assert "http://openml.org/openml/dataset/31" in checked.output
