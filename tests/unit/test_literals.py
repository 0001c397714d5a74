"""Canonical literals, and the ones that hold no value."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from cnil_kg.inputs.literals import Literals, Reading
from cnil_kg.vocab import XSD


def typed(text: str, type_: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + type_))


def read(text: str, type_: str, fact: str = "") -> Reading:
    return Literals().read(Literal(text) if type_ == "string" else typed(text, type_), fact)


@pytest.mark.parametrize(
    ("text", "type_", "value", "loose"),
    [
        ("true", "boolean", "true", False),
        ("1", "boolean", "true", False),
        (" true\n", "boolean", "true", False),
        ("TRUE", "boolean", "true", True),
        ("false", "boolean", "false", False),
        ("0", "boolean", "false", False),
        ("False", "boolean", "false", True),
        ("true", "string", "true", True),
        ("0", "string", "false", True),
        ("1", "integer", "true", True),
    ],
)
def test_booleans(text: str, type_: str, value: str, loose: bool) -> None:
    assert read(text, type_, "boolean") == Reading(typed(value, "boolean"), loose, "boolean")


@pytest.mark.parametrize("type_", ["string", "boolean"])
@pytest.mark.parametrize("text", ["oui", "yes", "non", "no", "vrai", "2", "", "n/a", "on"])
def test_words_are_neither_yes_nor_no(text: str, type_: str) -> None:
    assert read(text, type_, "boolean") == Reading(None, expected="boolean")


def test_a_language_changes_nothing_in_a_typed_fact() -> None:
    reading = Literals().read(Literal("true", language="en"), "boolean")
    assert reading.value == typed("true", "boolean") and reading.loose


@pytest.mark.parametrize(
    ("text", "type_", "value", "loose"),
    [
        ("01", "integer", "1", False),
        ("+1", "integer", "1", False),
        (" 1 ", "integer", "1", False),
        ("-0", "integer", "0", False),
        ("000", "integer", "0", False),
        ("75000000", "nonNegativeInteger", "75000000", False),
        ("75000000", "string", "75000000", True),
        ("75000000.0", "decimal", "75000000", True),
        ("7.5e7", "double", "75000000", True),
    ],
)
def test_integers(text: str, type_: str, value: str, loose: bool) -> None:
    assert read(text, type_, "integer") == Reading(typed(value, "integer"), loose, "integer")


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1.5", "decimal"),
        ("75 000 000", "string"),
        ("NaN", "double"),
        ("INF", "double"),
        ("1e400", "double"),
        ("true", "boolean"),
        ("many", "string"),
        ("9" * 19, "integer"),
        ("1" * 5000, "integer"),
    ],
)
def test_no_integers(text: str, type_: str) -> None:
    assert read(text, type_, "integer").value is None


@pytest.mark.parametrize(
    ("text", "type_", "value", "stored"),
    [
        ("1.50", "decimal", "1.5", "decimal"),
        ("+01", "integer", "1", "decimal"),
        ("0.5", "double", "0.5", "decimal"),
        ("1e3", "double", "1000", "decimal"),
        (".5", "decimal", "0.5", "decimal"),
        ("-0.10", "string", "-0.1", "decimal"),
    ],
)
def test_decimals(text: str, type_: str, value: str, stored: str) -> None:
    reading = read(text, type_, "decimal")
    assert reading.value == typed(value, stored) and reading.loose == (type_ == "string")


@pytest.mark.parametrize(
    ("text", "type_"),
    [("1e25", "double"), ("1" + "0" * 25, "integer"), ("1" + "0" * 25 + ".0", "decimal"), ("10E24", "string")],
)
def test_a_number_that_decimals_cannot_hold_is_one_double(text: str, type_: str) -> None:
    value = read(text, type_, "decimal").value
    assert value is not None and value.datatype.value == XSD + "double"
    assert value == read("1e25", "double", "decimal").value
    query = f"ASK {{ FILTER({value} >= 1e25 && {value} > 5 && {value} < 1e26) }}"
    assert bool(Store().query(query))


@pytest.mark.parametrize(("text", "type_"), [("NaN", "double"), ("-INF", "double"), ("x", "string"), ("1", "boolean")])
def test_no_decimals(text: str, type_: str) -> None:
    assert read(text, type_, "decimal").value is None


@pytest.mark.parametrize(
    ("text", "type_", "value", "loose"),
    [
        ("2024-05-01", "date", "2024-05-01", False),
        ("2024-05-01Z", "date", "2024-05-01", False),
        ("2024-05-01+02:00", "date", "2024-05-01", False),
        ("\n 2024-05-01 ", "date", "2024-05-01", False),
        ("2024-05-01T23:30:00-05:00", "dateTime", "2024-05-01", False),
        ("2024-05-01T00:00:00", "dateTime", "2024-05-01", False),
        ("2024-12-04T13:50:49.668485+00:00", "dateTime", "2024-12-04", False),
        ("2024-05-01T00:00:00Z", "dateTimeStamp", "2024-05-01", False),
        ("2024-12-31T24:00:00", "dateTime", "2025-01-01", False),
        ("2024-02-29", "date", "2024-02-29", False),
        ("2024-05-01", "string", "2024-05-01", True),
        ("2024-05-01T10:00:00Z", "string", "2024-05-01", True),
    ],
)
def test_dates_are_calendar_days(text: str, type_: str, value: str, loose: bool) -> None:
    assert read(text, type_, "date") == Reading(typed(value, "date"), loose, "date")


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("2024-02-30", "date"),
        ("2023-02-29", "date"),
        ("2024-13-01", "date"),
        ("0000-01-01", "date"),
        ("-2024-01-01", "date"),
        ("12024-01-01", "date"),
        ("9999-12-31T24:00:00", "dateTime"),
        ("2024-05-01T25:00:00", "dateTime"),
        ("2024-05-01T10:00", "dateTime"),
        ("2024-05-01+15:00", "date"),
        ("2024", "gYear"),
        ("2024-05", "gYearMonth"),
        ("2024", "string"),
        ("01/05/2024", "string"),
        ("20240501", "integer"),
        ("-P1Y", "duration"),
    ],
)
def test_no_days(text: str, type_: str) -> None:
    assert read(text, type_, "date") == Reading(None, expected="date")


@pytest.mark.parametrize(
    ("text", "type_", "value", "loose"),
    [
        ("P10Y", "duration", "P10Y", False),
        ("P12M", "duration", "P1Y", False),
        ("P12M", "yearMonthDuration", "P1Y", False),
        ("P30D", "dayTimeDuration", "P30D", False),
        ("PT36H", "duration", "P1DT12H", False),
        ("P5Y", "string", "P5Y", True),
    ],
)
def test_durations(text: str, type_: str, value: str, loose: bool) -> None:
    assert read(text, type_, "duration") == Reading(typed(value, "duration"), loose, "duration")


@pytest.mark.parametrize("text", ["-P1Y", "5 ans", "P", "PT", "P1Y2", "P1H", "PT1S5", "10", "P99999999999999999999Y"])
@pytest.mark.parametrize("type_", ["string", "duration"])
def test_no_durations(text: str, type_: str) -> None:
    assert read(text, type_, "duration").value is None


@pytest.mark.parametrize(
    ("text", "type_", "value", "stored"),
    [
        ("01", "int", "1", "integer"),
        ("1" * 40, "integer", "1" * 40, "integer"),
        ("1.50", "decimal", "1.5", "decimal"),
        ("2024-05-01+00:00", "date", "2024-05-01Z", "date"),
        ("2024-05-01T00:00:00.000Z", "dateTime", "2024-05-01T00:00:00Z", "dateTime"),
        ("-0044-03-15", "date", "-0044-03-15", "date"),
        ("1", "boolean", "true", "boolean"),
    ],
)
def test_a_literal_of_no_fact_is_canonical_by_its_own_type(text: str, type_: str, value: str, stored: str) -> None:
    assert read(text, type_).value == typed(value, stored)


@pytest.mark.parametrize(
    ("text", "type_"),
    [("oui", "boolean"), ("2024-02-30", "date"), ("x", "integer"), ("1e5", "decimal"), ("x", "dateTime")],
)
def test_a_literal_of_no_fact_may_be_ill_typed(text: str, type_: str) -> None:
    assert read(text, type_) == Reading(None, expected=type_)


@pytest.mark.parametrize(
    "literal", [Literal("oui"), Literal("x", language="fr"), typed("2024", "gYear"), typed("http://e/", "anyURI")]
)
def test_other_literals_stay(literal: Literal) -> None:
    assert Literals().read(literal, "text") == Reading(literal)


def test_an_explicit_string_type_is_no_type() -> None:
    assert typed("x", "string") == Literal("x")


@pytest.mark.parametrize("fact", ["", "text", "boolean", "integer", "decimal", "date", "duration"])
@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("1", "boolean"),
        ("-0", "integer"),
        ("+05.50", "decimal"),
        ("1e25", "double"),
        ("1.5E0", "float"),
        ("2024-05-01Z", "date"),
        ("2024-05-01T24:00:00Z", "dateTime"),
        ("12:00:00.000", "time"),
        ("P12M", "duration"),
        ("P400D", "dayTimeDuration"),
        ("2024+00:00", "gYear"),
    ],
)
def test_the_store_gives_back_what_was_read(text: str, type_: str, fact: str) -> None:
    value = read(text, type_, fact).value
    if value is not None:
        node, store = NamedNode("http://e/"), Store()
        store.add(Quad(node, node, value))
        assert [quad.object for quad in store] == [value]
