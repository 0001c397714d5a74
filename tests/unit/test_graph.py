"""Pictures of proofs: which boxes and arrows, nothing of a description let through, nothing cut or covered."""

from __future__ import annotations

import sys
from base64 import b64encode
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from pygraphviz import AGraph

from cnil_kg.cli import cli
from cnil_kg.errors import InputError
from cnil_kg.explain import explain
from cnil_kg.formats.graph.boxes import LOOKS, Box, Panel, text_width
from cnil_kg.formats.graph.layout import dot, place
from cnil_kg.formats.graph.page import page
from cnil_kg.formats.graph.proofs import panels
from cnil_kg.formats.graph.svg import svg
from cnil_kg.graphs import new_graph
from harness import ROOT

CASE = "tests/cases/F4A-01/fail-consent-falls.ttl"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<script>alert("x")</script> & \\N "quoted" \\" ]]> \x00\x1b[31m\u202eright to left\u2066 مرحبا <b'


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def drawn(*arguments: str) -> tuple[int, str]:
    """Exit code, and both streams as one text."""
    from cnil_kg.cli import _guarded  # noqa: PLC0415

    found: list[int] = []
    runner = CliRunner()

    def call() -> None:
        found.append(_guarded(lambda: cli.main(list(arguments), prog_name="cnil-kg", standalone_mode=False)))

    with runner.isolation() as (_, _, output):
        call()
        text = output.getvalue().decode()
    return found[0], text


def proof_of(question: str, file: str = CASE, *, lang: str = "en", why_not: bool = False) -> list[Panel]:
    return panels(explain([file], question, why_not=why_not, as_of="2026-11-25"), lang)


def hostile() -> Panel:
    graph = new_graph()
    graph.add_node("n0", box=Box("established", HOSTILE, HOSTILE, (HOSTILE, "<b>")))
    graph.add_node("n1", box=Box("stated", "stated", "<script>"))
    graph.add_edge("n1", "n0", word=HOSTILE)
    return Panel(HOSTILE, graph, HOSTILE)


def test_a_proof_has_these_boxes_and_arrows() -> None:
    (panel,) = proof_of("legalBasis")
    boxes = dict(panel.graph.nodes(data="box"))
    edges = {(boxes[a].heading, boxes[b].heading) for a, b in panel.graph.edges}
    falls, lacks, examined = "rule F4A-01b · sheet 4A", "rule F4A-08b · sheet 4A", "rule F0-14 · sheet 0"
    assert edges == {
        (falls, "✗ excluded"),
        (lacks, falls),
        (examined, falls),
        ("stated fact", falls),
        ("¬ denied fact", lacks),
        (examined, lacks),
        ("~ presumption", examined),
        ("rule D02", examined),
    }
    assert {box.text for box in boxes.values() if box.heading == "¬ denied fact"} == {"freely given consent = no"}
    assert len(boxes) == 8
    assert panel.title == "Legal basis — https://example.org/p: consent [excluded]"


def test_boxes_say_where_facts_stand_and_what_a_rule_cites() -> None:
    (panel,) = proof_of("legalBasis", lang="fr")
    notes = {box.heading: box.notes for _, box in panel.graph.nodes(data="box")}
    assert notes["¬ fait nié"] == ("https://example.org/p", f"{CASE}:11")
    assert notes["règle F4A-08b · fiche 4A"] == ("→ consentement valable = non", "RGPD, art. 4(11)")


def test_counts_presumptions_and_missing_facts_have_looks_of_their_own() -> None:
    (panel,) = proof_of("dpia", "examples/bank.ttl")
    kinds = [box.kind for _, box in panel.graph.nodes(data="box")]
    assert {"count", "presumed", "denied", "stated", "step", "established"} == set(kinds)
    found = explain(["examples/processor.ttl"], "dpia", subject="own-product", as_of="2026-11-25")
    (panel,) = panels(found, "en")
    (answer,) = [n for n, box in panel.graph.nodes(data="box") if box.kind == "undetermined"]
    (asked,) = (panel.graph.nodes[n]["box"] for n in panel.graph.predecessors(answer))
    conclusion = found.explanations[0].conclusion
    assert conclusion is not None
    assert (asked.kind, asked.text) == ("missing", "https://example.org/processor/own-product")
    assert asked.notes == tuple(f"• {m.label.en}" for m in conclusion.missing) != ()


def test_rules_that_did_not_fire_are_drawn_when_asked_for() -> None:
    (panel,) = proof_of("dpia", "examples/bank.ttl", why_not=True)
    (one,) = [b for _, b in panel.graph.nodes(data="box") if b.kind == "considered" and b.text.startswith("F5-31 ")]
    assert one.notes[0].startswith("not stated: ")


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    root = ElementTree.fromstring(svg([hostile()], HOSTILE, HOSTILE))
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg",
        "g",
        "title",
        "desc",
        "rect",
        "text",
        "path",
        "polygon",
    }
    shown = "".join(root.itertext())
    assert "<script>" in shown and "مرحبا" in shown
    html = page([hostile()], HOSTILE, HOSTILE, "en")
    assert "<script" not in html.lower() and "default-src 'none'" in html
    for text in (shown, html, dot([hostile()], HOSTILE)):
        assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(text)


def test_the_dot_is_read_by_graphviz_as_it_was_meant() -> None:
    read = AGraph(string=dot([hostile(), *proof_of("legalBasis")], HOSTILE))
    labels = {n: n.attr["label"] for n in read.nodes()}
    assert len(labels) == 2 + len(proof_of("legalBasis")[0].graph)
    assert labels["p0n1"] == "stated\\n<script>"
    assert labels["p0n0"].startswith('✓ <script>alert("x")</script> & \\\\N')
    assert ("p0n1", "p0n0") in read.edges()


def test_no_box_covers_another_and_no_text_is_wider_than_its_box() -> None:
    (panel,) = proof_of("dpia", "examples/bank.ttl")
    placed = place(panel.graph)
    areas = []
    for node, box in panel.graph.nodes(data="box"):
        (x, y), (width, height) = placed.boxes[node], box.size()
        areas.append((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
        assert all(text_width(text, bold=style == "word") <= width - 20 for style, text in box.lines())
    for a, b in combinations(areas, 2):
        assert a[2] <= b[0] + 0.1 or b[2] <= a[0] + 0.1 or a[3] <= b[1] + 0.1 or b[3] <= a[1] + 0.1
    assert all(a[0] >= -0.1 and a[2] <= placed.width + 0.1 and a[3] <= placed.height + 0.1 for a in areas)


def test_a_picture_is_the_same_each_time() -> None:
    first, second = (svg(proof_of("dpia", "examples/bank.ttl"), "t", "d") for _ in range(2))
    assert first == second


def test_every_look_differs_in_more_than_its_colour() -> None:
    shapes = {
        (look.shape, look.dash) for kind, look in LOOKS.items() if kind in ("established", "excluded", "undetermined")
    }
    assert len(shapes) == 3


@pytest.mark.parametrize("form", ["svg", "html", "dot"])
def test_explain_writes_a_new_file_and_never_over_one(form: str, tmp_path: Path) -> None:
    name = tmp_path / f"p.{form}"
    assert drawn("explain", CASE, "legalBasis", "--lang", "en", "--graph", str(name)) == (0, "")
    text = name.read_text(encoding="utf-8")
    assert ("F4A-08b" in text and f"{CASE}:11" in text and "http-equiv" in text) or form != "html"
    code, said = drawn("explain", CASE, "legalBasis", "--graph", str(name))
    assert (code, "exists already" in said) == (2, True)
    assert name.read_text(encoding="utf-8") == text


def test_a_name_that_tells_no_form_is_refused(tmp_path: Path) -> None:
    code, said = drawn("explain", CASE, "--graph", str(tmp_path / "p.png"))
    assert code == 2
    assert said == f"cnil-kg: {tmp_path / 'p.png'}: is not the name of a picture. End it in .svg, .html, .dot.\n"


def test_without_the_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = hostile().graph
    for library in ("networkx", "pygraphviz"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, library, None)
            with pytest.raises(InputError, match=r"not installed \(networkx, pygraphviz\)") as error:
                place(graph) if library == "pygraphviz" else new_graph()
        assert "cnil-kg[graphs]" in error.value.repair


def test_requirements_and_rules_are_drawn_too() -> None:
    (panel,) = proof_of("F5-08", "examples/bank.ttl")
    boxes = dict(panel.graph.nodes(data="box"))
    assert [b.heading for b in boxes.values() if b.kind == "violated"] == ["✗ violated"]
    assert [b.text for b in boxes.values() if b.heading == "# comparison"] == ["2026-05-18 > 2026-03-02"]
    (panel,) = proof_of("F4A-08")
    assert {b.kind for _, b in panel.graph.nodes(data="box")} == {"step", "denied", "presumed"}


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    html = page(proof_of("legalBasis"), "t", "d", "en")
    style = html.split("<style>")[1].split("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'content="{policy}"' in html
    assert " style=" not in html and html.count("http") == html.count("https://example.org") + html.count(
        "http://www.w3.org/2000/svg"
    ) + html.count("http-equiv")
