"""What is concluded or stated of each node of a lineage: signs of unlawfulness, legal basis, reuse, effect, status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pyoxigraph import NamedNode, Quad

from cnil_kg.conclude import AWAITS, Concluder
from cnil_kg.links import Links
from cnil_kg.model import Conclusion, Origin, Text
from cnil_kg.questions import BY_NAME, Unit
from cnil_kg.rdf import matching
from cnil_kg.strata import read_names
from cnil_kg.vocab import CKG, PROV

Concern = Literal["unlawful", "basis", "reuse", "deployment", "modelStatus", "withdrawn", "origin", "notDescribed"]
StateStatus = Literal["established", "excluded", "undetermined", "toLookAt", "stated"]
UNLAWFUL, EFFECT = NamedNode(CKG + "noManifestUnlawfulness"), NamedNode(CKG + "deploymentEffectCleared")
SANCTION, STATUS = NamedNode(CKG + "sourcePublicSanctionBarringUse"), NamedNode(CKG + "modelGdprStatus")
FOLLOWS, MODEL_ENTRY, DELETION = "F4A-32", "F0-22", "F7-93"
"""The entries on what an unlawful development, a model's own status, and a deleted dataset do further down."""
_WITHDRAWN = {
    "http://publications.europa.eu/resource/authority/dataset-status/WITHDRAWN",
    "http://purl.org/adms/status/Withdrawn",
}
_GONE = tuple(NamedNode(PROV + n) for n in ("wasInvalidatedBy", "invalidatedAtTime"))
_TRUE = "true"


@dataclass(frozen=True)
class State:
    """One thing known, or not known, of a node.

    Attributes:
        concern: what it is about.
        status: `established` and `excluded` are conclusions; `toLookAt` and `stated` are facts as described;
            `undetermined` is neither.
        ids: the entries it comes from; articles: what they cite.
        text: the sentence.
        about: for a reuse, the dataset; else empty.
        places: where the facts behind it were read.
    """

    concern: Concern
    status: StateStatus
    text: Text
    ids: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    about: str = ""
    places: tuple[Origin, ...] = ()
    to_be_confirmed: bool = False


_SAID = {
    "signs": Text(
        "Les signes d'illicéité manifeste ne sont pas tous écartés.",
        "Not every sign of manifest unlawfulness is ruled out.",
    ),
    "basis": Text("Aucune base légale n'est établie ni écartée.", "No legal basis is established or excluded."),
    "reuse": Text("La réutilisation n'est ni établie ni écartée.", "Reuse is neither established nor excluded."),
    "unread": Text(
        "Rien n'est conclu : ce n'est pas décrit comme un traitement examiné.",
        "Nothing is concluded: it is not described as an examined processing.",
    ),
    "outside": Text(
        "Hors du champ des fiches : rien d'autre n'est conclu.", "Outside the sheets: nothing else is concluded."
    ),
    "awaits": Text(
        "Une personne doit apprécier l'effet du développement illicite sur le déploiement.",
        "A person must assess what the unlawful development does to the deployment.",
    ),
    "keeps": Text(
        "Le modèle conserve des données personnelles, selon la description.",
        "The model keeps personal data, as described.",
    ),
    "anonymous": Text(
        "Le modèle est dit anonyme ; ce qui le démontre s'examine à part.",
        "The model is said to be anonymous; what shows it is examined separately.",
    ),
    "open": Text(
        "Le statut du modèle au regard du RGPD n'est pas indiqué, ou pas évalué.",
        "The status of the model under the GDPR is not stated, or not assessed.",
    ),
    "both": Text(
        "Le statut du modèle est indiqué de deux façons contraires.",
        "The status of the model is stated in two opposite ways.",
    ),
    "withdrawn": Text("Le jeu de données est retiré.", "The dataset is withdrawn."),
    "disagree": Text("Deux descriptions en disent le contraire.", "Two descriptions say the opposite of each other."),
    "origin": Text("Ce sur quoi cela repose n'est pas indiqué.", "What it rests on is not stated."),
    "notDescribed": Text("Non décrit : rien n'en est connu.", "Not described: nothing is known of it."),
}


class States:
    """The states of the nodes of one run, in all descriptions together."""

    def __init__(self, concluder: Concluder, links: Links) -> None:
        self._concluder, self._links = concluder, links
        self._store, self._reasoned = concluder.store, concluder.reasoned
        self._makers: dict[NamedNode, set[NamedNode]] = {}
        for up, down, property_, _ in links.all():
            if property_ in (CKG + "developsModel", PROV + "wasGeneratedBy", PROV + "generated"):
                self._makers.setdefault(down, set()).add(up)

    def makers(self, model: NamedNode) -> set[NamedNode]:
        """The processings that develop a model."""
        return self._makers.get(model, set())

    def of(self, node: NamedNode) -> tuple[State, ...]:
        """What is known of a node, its open points among it."""
        if not self._links.described(node):
            return (State("notDescribed", "undetermined", _SAID["notDescribed"]),)
        kind = self._links.kind(node)
        found = {"dataset": self._dataset, "processing": self._processing, "model": self._model}.get(kind)
        states = [*(found(node) if found else ()), *self._withdrawn(node)]
        if kind in ("model", "system") and not self._links.rests(node):
            states.append(State("origin", "undetermined", _SAID["origin"]))
        return tuple(states)

    # --- datasets -------------------------------------------------------------------------------------------------

    def _dataset(self, node: NamedNode) -> Iterator[State]:
        quads = sorted(matching(self._store, node, UNLAWFUL, None, None), key=str)
        against = [q for q in quads if q.object.value != _TRUE]
        if against and len(against) < len(quads):
            yield State("unlawful", "undetermined", _SAID["disagree"])
        elif quads:
            yield self._concluded("unlawful", "excluded" if against else "established", quads[0])
        else:
            yield State("unlawful", "undetermined", _SAID["signs"])

    def _withdrawn(self, node: NamedNode) -> Iterator[State]:
        facts = self._reasoned.facts
        quads = [q for q in facts.store.quads_for_pattern(node, None, None, None)]
        gone = [q for q in quads if q.predicate in _GONE or getattr(q.object, "value", "") in _WITHDRAWN]
        gone += matching(facts.store, None, NamedNode(PROV + "invalidated"), node, None)
        if gone:
            places = tuple(dict.fromkeys(o for q in sorted(gone, key=str) for o in facts.origins.get(q.triple, ())))
            yield State("withdrawn", "toLookAt", _SAID["withdrawn"], places=places)

    # --- processings ----------------------------------------------------------------------------------------------

    def _processing(self, node: NamedNode) -> Iterator[State]:
        examined = [g for n, g in self._concluder.nodes("ExaminedProcessing") if n == node]
        if not examined:
            out = next(iter(matching(self._store, node, NamedNode(CKG + "scope"), None, None)), None)
            outside = out is not None and out.object.value == CKG + "OutOfScope"
            yield State("basis", "stated" if outside else "undetermined", _SAID["outside" if outside else "unread"])
            return
        for graph in examined:
            yield self._basis(node, graph)
            yield from self._reuse(node, graph)
            yield from self._effect(node, graph)

    def _basis(self, node: NamedNode, graph: NamedNode) -> State:
        """A basis that stands is enough; none stands when every one claimed is excluded."""
        asked = BY_NAME["legalBasis"]
        units = [u for u in self._concluder.units(asked) if (u.node, u.graph) == (node, graph)]
        found = [c for u in units if (c := self._firm("legalBasis", u)) is not None]
        standing = [c for c in found if c.status == "established"]
        if standing:
            return _of("basis", standing[0])
        if found and len(found) == len(units) and all(c.status == "excluded" for c in found):
            return _of("basis", found[0])
        return State("basis", "undetermined", _SAID["basis"], articles=(asked.article,))

    def _reuse(self, node: NamedNode, graph: NamedNode) -> Iterator[State]:
        asked = BY_NAME["reuse"]
        for unit in self._concluder.units(asked):
            if (unit.object, unit.graph) != (node, graph):
                continue
            about = self._concluder.shown(unit.subject) or ""
            conclusion = self._firm("reuse", unit)
            if conclusion is None or conclusion.status == "undetermined":
                yield State("reuse", "undetermined", _SAID["reuse"], articles=(asked.article,), about=about)
            else:
                yield _of("reuse", conclusion, about)

    def _firm(self, question: str, unit: Unit) -> Conclusion | None:
        """The conclusion where a rule has answered; what is missing elsewhere is not looked for here."""
        asked = BY_NAME[question]
        answers = self._concluder.answers(asked, unit)
        return self._concluder.conclude(asked, unit) if answers["established"] or answers["excluded"] else None

    def _effect(self, node: NamedNode, graph: NamedNode) -> Iterator[State]:
        """What the rules say an unlawful development does to the deployment of its model."""
        quads = sorted(matching(self._store, node, EFFECT, None, graph), key=str)
        against = [q for q in quads if q.object.value != _TRUE]
        for quad in (against or quads)[:1]:
            yield self._concluded("deployment", "excluded" if against else "established", quad)
        waits = matching(self._store, node, AWAITS, None, graph)
        if any(q.object.value == FOLLOWS for q in waits):
            yield State("deployment", "undetermined", _SAID["awaits"], (FOLLOWS,))

    # --- models ---------------------------------------------------------------------------------------------------

    def _model(self, node: NamedNode) -> Iterator[State]:
        owners = [node, *self.makers(node)]
        quads = [q for o in owners for q in matching(self._store, o, STATUS, None, None)]
        values = {q.object.value for q in quads}
        places = tuple(dict.fromkeys(o for q in sorted(quads, key=str) for o in self._places(q)))
        disputed = any(p == STATUS and s in owners for _, s, p in self._reasoned.contested)
        if len(values) > 1 or disputed:
            yield State("modelStatus", "undetermined", _SAID["both"], (MODEL_ENTRY,), places=places)
        elif values == {CKG + "PersonalDataModel"}:
            yield State("modelStatus", "toLookAt", _SAID["keeps"], (MODEL_ENTRY,), places=places)
        elif values == {CKG + "AnonymousModel"}:
            yield State("modelStatus", "stated", _SAID["anonymous"], (MODEL_ENTRY,), places=places)
        else:
            yield State("modelStatus", "undetermined", _SAID["open"], (MODEL_ENTRY,))

    # --- what the rules say ---------------------------------------------------------------------------------------

    def sanctioned(self, dataset: NamedNode) -> bool:
        """True when a public decision bars the use of a dataset."""
        return any(q.object.value == _TRUE for q in matching(self._store, dataset, SANCTION, None, None))

    def excluded_as_unlawful(self, processing: NamedNode, dataset: NamedNode) -> tuple[str, ...]:
        """The entries that exclude the reuse of a dataset because it is manifestly unlawful; none when none does."""
        of_set, of_processing = NamedNode(CKG + "ofDataset"), NamedNode(CKG + "ofProcessing")
        status, barred = NamedNode(CKG + "reuseStatus"), NamedNode(CKG + "ReuseNotAllowed")
        found: set[str] = set()
        for quad in matching(self._store, None, of_set, dataset, None):
            use, graph = quad.subject, quad.graph_name
            if Quad(use, of_processing, processing, graph) in self._store:
                rules = self._concluder.rules_of(Quad(use, status, barred, graph))
                found |= {r.entry for r in rules if UNLAWFUL.value in read_names(r)}
        return tuple(sorted(found))

    def _concluded(self, concern: Concern, status: StateStatus, quad: Quad) -> State:
        rules = self._concluder.rules_of(quad)
        first = self._concluder.strongest(quad)
        premises = self._concluder.support.of(quad)
        return State(
            concern,
            status,
            first.text if first else Text("", ""),
            ids=tuple(sorted({r.entry for r in rules})),
            articles=tuple(dict.fromkeys(a for r in rules for a in r.articles)),
            places=tuple(dict.fromkeys(Origin(p.file, p.line) for p in premises if p.file)),
            to_be_confirmed=all(r.to_be_confirmed for r in rules),
        )

    def _places(self, quad: Quad) -> tuple[Origin, ...]:
        return tuple(self._reasoned.facts.origins.get(quad.triple, ()))


def _of(concern: Concern, c: Conclusion, about: str = "") -> State:
    places = tuple(dict.fromkeys(Origin(p.file, p.line) for p in c.premises if p.file))
    text = c.text or Text("", "")
    return State(concern, c.status, text, c.rules, c.articles, about, places, c.to_be_confirmed)
