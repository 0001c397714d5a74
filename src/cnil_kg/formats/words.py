"""The words of the reports, in French and English, and the way names are shortened for a reader."""

from __future__ import annotations

from collections.abc import Mapping

from cnil_kg.model import Text
from cnil_kg.vocab import PREFIXES, shrink

QUESTIONS: Mapping[str, Text] = {
    "scope": Text("Champ des fiches", "Scope of the sheets"),
    "regime": Text("Régime juridique du développement", "Legal regime of development"),
    "purpose": Text("Finalité", "Purpose"),
    "role": Text("Qualification des acteurs", "Roles of the actors"),
    "legalBasis": Text("Base légale", "Legal basis"),
    "reuse": Text("Réutilisation des jeux de données", "Reuse of datasets"),
    "dpia": Text("Analyse d'impact (AIPD)", "Impact assessment (DPIA)"),
}
VALUES: Mapping[tuple[str, str], Text] = {
    ("scope", "in"): Text("dans le champ", "in scope"),
    ("scope", "out"): Text("hors du champ", "out of scope"),
    ("regime", "gdpr"): Text("RGPD", "GDPR"),
    ("regime", "policeJustice"): Text("régime police-justice", "police and justice regime"),
    ("regime", "defenceStateSecurity"): Text("défense et sûreté de l'État", "defence and State security"),
    ("regime", "none"): Text("aucun : pas de donnée personnelle", "none: no personal data"),
    ("purpose", "determined"): Text("déterminée", "determined"),
    ("purpose", "notDetermined"): Text("non déterminée", "not determined"),
    ("role", "controller"): Text("responsable du traitement", "controller"),
    ("role", "jointController"): Text("responsable conjoint du traitement", "joint controller"),
    ("role", "processor"): Text("sous-traitant", "processor"),
    ("role", "none"): Text("aucun rôle", "no role"),
    ("legalBasis", "consent"): Text("consentement", "consent"),
    ("legalBasis", "contract"): Text("contrat", "contract"),
    ("legalBasis", "legalObligation"): Text("obligation légale", "legal obligation"),
    ("legalBasis", "vitalInterests"): Text("intérêts vitaux", "vital interests"),
    ("legalBasis", "publicTask"): Text("mission d'intérêt public", "public task"),
    ("legalBasis", "legitimateInterests"): Text("intérêt légitime", "legitimate interest"),
    ("legalBasis", "none"): Text("aucune base légale", "no legal basis"),
    ("reuse", "allowed"): Text("réutilisation possible", "reuse allowed"),
    ("reuse", "testNotDue"): Text("aucun test de réutilisation à faire", "no reuse test due"),
    ("reuse", "notAllowed"): Text("réutilisation exclue", "reuse not allowed"),
    ("dpia", "required"): Text("requise", "required"),
    ("dpia", "notRequired"): Text("non requise", "not required"),
    ("dpia", "notApplicable"): Text("sans objet", "not applicable"),
}
STATUSES: Mapping[str, Text] = {
    "established": Text("établi", "established"),
    "excluded": Text("écarté", "excluded"),
    "undetermined": Text("indéterminé", "undetermined"),
    "met": Text("respecté", "met"),
    "violated": Text("non respecté", "violated"),
    "notApplicable": Text("sans objet", "not applicable"),
}
COUNTED: Mapping[str, tuple[Text, Text]] = {
    "projects": (Text("projet", "project"), Text("projets", "projects")),
    "processings": (Text("traitement", "processing"), Text("traitements", "processings")),
    "datasets": (Text("jeu de données", "dataset"), Text("jeux de données", "datasets")),
    "actors": (Text("acteur", "actor"), Text("acteurs", "actors")),
    "rules": (Text("règle", "rule"), Text("règles", "rules")),
    "shapes": (Text("exigence", "requirement"), Text("exigences", "requirements")),
    "established": (Text("établie", "established"), Text("établies", "established")),
    "excluded": (Text("écartée", "excluded"), Text("écartées", "excluded")),
    "undetermined": (Text("indéterminée", "undetermined"), Text("indéterminées", "undetermined")),
    "met": (Text("respectée", "met"), Text("respectées", "met")),
    "violated": (Text("non respectée", "violated"), Text("non respectées", "violated")),
    "notApplicable": (Text("sans objet", "not applicable"), Text("sans objet", "not applicable")),
}
LEVELS: Mapping[str, Text] = {
    "must": Text("obligation", "binding"),
    "should": Text("recommandation", "recommendation"),
    "may": Text("faculté", "option"),
}
REASONS: Mapping[str, Text] = {
    "missing": Text("il manque", "missing"),
    "contradiction": Text("des faits se contredisent", "facts contradict each other"),
    "judgement": Text("une personne doit trancher", "a person must decide"),
}
PHRASES: Mapping[str, Text] = {
    "asOf": Text("droit applicable au {day}", "law as of {day}"),
    "examined": Text("Examiné : {counts}.", "Examined: {counts}."),
    "checks": Text("Contrôlé avec {counts}.", "Checked with {counts}."),
    "conclusions": Text("Conclusions", "Conclusions"),
    "findings": Text("Exigences", "Requirements"),
    "contradictions": Text("Contradictions", "Contradictions"),
    "warnings": Text("Avertissements", "Warnings"),
    "notCovered": Text("Non contrôlé par cette version", "Not checked by this version"),
    "remaining": Text("en partie : {ids}", "in part: {ids}"),
    "project": Text("Projet", "Project"),
    "partial": Text("Description partielle", "Partial description"),
    "presumed": Text("présumé", "presumed"),
    "toBeConfirmed": Text("à confirmer", "to be confirmed"),
    "restsOn": Text("Faits", "Facts"),
    "line": Text("ligne {n}", "line {n}"),
    "from": Text("voir {id}", "see {id}"),
    "andMore": Text("et {n} autres (voir --format json)", "and {n} more (see --format json)"),
    "outOfScope": Text(
        "Hors du champ des fiches : rien d'autre n'est conclu pour ce traitement.",
        "Outside the sheets: nothing else is concluded for this processing.",
    ),
    "noSubject": Text("aucun acteur ni jeu de données décrit", "no actor or dataset described"),
    "disclaimer": Text(
        "Ce rapport dit ce qui a été contrôlé et avec quel résultat ; il ne remplace pas un avis juridique.",
        "This report says what was checked and with what result; it does not replace legal advice.",
    ),
    "against": Text("contre", "against"),
    "value": Text("Réponse", "Answer"),
    "subject": Text("Sujet", "Subject"),
    "status": Text("Statut", "Status"),
    "grounds": Text("Fondement", "Grounds"),
    "why": Text("Motif", "Why"),
    "requirement": Text("Exigence", "Requirement"),
    "waived": Text("accepté", "waived"),
    "waivedBy": Text(
        "Accepté par {approver} jusqu'au {day} : {reason} ({place})",
        "Waived by {approver} until {day}: {reason} ({place})",
    ),
    "stands": Text("L'obligation demeure.", "The obligation stands."),
    "waivers": Text("Dont acceptées (cnil-kg.toml)", "Of these, waived (cnil-kg.toml)"),
    "elsewhere": Text(
        "Acceptations visant d'autres descriptions, non examinées : {n}",
        "Waivers about other descriptions, not examined: {n}",
    ),
    "known": Text(
        "État de référence {file}, points déjà connus et non montrés : {n} ({counts})",
        "Baseline {file}, known points not shown: {n} ({counts})",
    ),
    "gone": Text(
        "Points de l'état de référence qui n'existent plus : {n}", "Points of the baseline that no longer occur: {n}"
    ),
    "notRead": Text(
        "Points de l'état de référence relatifs à des projets non lus : {n}",
        "Points of the baseline about projects that were not read: {n}",
    ),
    "verification": Text("Vérification par d'autres moteurs", "Verification by other engines"),
    "verifiedTypes": Text(
        "{engine} ({version}) : {n} types et valeurs recalculés, tous identiques",
        "{engine} ({version}): {n} types and values worked out again, all the same",
    ),
    "verifiedShapes": Text(
        "{engine} ({version}) : {n} résultats d'exigences recalculés, tous identiques",
        "{engine} ({version}): {n} results of requirements worked out again, all the same",
    ),
    "different": Text(
        "{engine} ({version}), différences avec cnil-kg, dont c'est la faute : {n}",
        "{engine} ({version}), differences from cnil-kg, whose fault they are: {n}",
    ),
    "notVerified": Text(
        "{engine} ({version}) : rien n'est vérifié, le moteur n'est pas allé à son terme : {why}",
        "{engine} ({version}): nothing is verified, the engine did not run to its end: {why}",
    ),
    "packed": Text(
        "{file} : {n} fichiers ; SHA-256 du manifeste : {digest}",
        "{file}: {n} files; SHA-256 of the manifest: {digest}",
    ),
    "replayOf": Text(
        "Dossier établi par cnil-kg {version}, droit applicable au {day}, intact (SHA-256 du manifeste : {digest})",
        "Bundle made by cnil-kg {version}, law as of {day}, unchanged (SHA-256 of the manifest: {digest})",
    ),
    "replaySame": Text(
        "Recalculé : même résultat ({n} valeurs comparées).", "Worked out again: the same result ({n} values compared)."
    ),
    "replayOther": Text(
        "Recalculé avec d'autres versions, différences : {n}.",
        "Worked out again with other versions, differences: {n}.",
    ),
    "replayFault": Text(
        "Recalculé avec les mêmes versions, différences : {n}. C'est une faute de cnil-kg, merci de la signaler.",
        "Worked out again with the same versions, differences: {n}. This is our fault: please report it.",
    ),
    "replayVersions": Text("Versions différentes (dossier → ici) :", "Versions that differ (bundle → here):"),
    "nothing": Text("(rien)", "(nothing)"),
    "metAlso": Text("Respectées : {ids}", "Met: {ids}"),
    "notApplicableAlso": Text("Sans objet : {ids}", "Not applicable: {ids}"),
}


def phrase(key: str, lang: str, **parts: object) -> str:
    """A phrase in a language, its blanks filled."""
    return PHRASES[key].of(lang).format(**parts)


def counted(counts: Mapping[str, int], lang: str) -> str:
    """`2 projects, 1 dataset`; French takes the singular for 0 and 1."""
    parts = []
    for key, number in counts.items():
        singular = number == 1 or (lang == "fr" and number == 0)
        parts.append(f"{number} {COUNTED[key][0 if singular else 1].of(lang)}")
    return ", ".join(parts)


def value(question: str, code: str | None, lang: str) -> str:
    """The answer to a question in words."""
    text = VALUES.get((question, code or ""))
    return text.of(lang) if text else (code or STATUSES["undetermined"].of(lang))


TRUTH = {"true": Text("oui", "yes"), "false": Text("non", "no")}
"""The values of a boolean fact."""

ANNEX = Text("annexe", "Annex")
SUBPARAGRAPH = Text("deuxième alinéa", "second subparagraph")
RECITAL = Text("cons.", "recital")


def article(reference: str, lang: str) -> str:
    """`GDPR 35(1)` as a lawyer writes it: `RGPD, art. 35(1)`."""
    law, _, rest = reference.partition(" ")
    for two_words in ("AI Act", "Code pénal"):
        if reference.startswith(two_words):
            law, rest = two_words, reference[len(two_words) + 1 :]
    names = {"GDPR": Text("RGPD", "GDPR"), "AI Act": Text("règlement IA", "AI Act"), "LIL": Text("loi I&L", "LIL")}
    name = names[law].of(lang) if law in names else law
    recital, _, number = rest.partition(" ")
    if recital in ("Recital", "recital"):
        return f"{name}, {RECITAL.of(lang)} {number}"
    if recital == "Annex":
        return f"{name}, {ANNEX.of(lang)} {number}"
    plain, _, last = rest.partition(SUBPARAGRAPH.en)
    rest = plain + (SUBPARAGRAPH.of(lang) + last if plain != rest else "")
    return f"{name}, art. {rest}" if rest else name


def clean(text: str) -> str:
    """Text without control characters: a description cannot drive the reader's terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def name(node: str, lang: str, labels: Mapping[str, Text]) -> str:
    """A node or value for a reader: a label where we have one, a CURIE, else the IRI."""
    known = labels.get(node)
    if known is not None and node.startswith(tuple(PREFIXES.values())):
        return known.of(lang)
    return clean(" ".join(shrink(part) for part in node.split(" ")))
