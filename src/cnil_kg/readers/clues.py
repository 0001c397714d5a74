"""What in a text or in the name of a column suggests something; words in French, English and German.

A clue makes a question, so the lists hold words that rarely mean anything else. Each topic is declared in
`ontology/hints.ttl`, which also says on which facts it bears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cnil_kg.readers.words import passage, silent

_TEXT = {
    "MinorsTopic": r"minors|children|kids|teenagers?|adolescents?|under[- ]18s?|pupils|enfants?|mineurs|élèves"
    r"|kinder[n]?|minderjährige\w*|jugendliche\w*",
    "SpecialCategoryTopic": r"patients?|medical|medicine|clinical|diagnos\w+|diseases?|illness\w*|health(?:care)?"
    r"|hospitals?|cancer|tumou?rs?|telemedicine|santé|maladies?|médica\w+|hôpita\w+|gesundheit\w*|krankheit\w*"
    r"|kranken\w+|\w*krebs\w*|medizin\w*|ethnic\w*|race/ethnicity|racial|religio\w+|political (?:opinion|affiliation)s?"
    r"|opinions politiques|sexual orientation|orientation sexuelle|biometric\w*|biométri\w+|genetic|génétiques?"
    r"|syndica\w+|trade[- ]unions?|disabilit\w+|handicap\w*|health data",
    "OffenceTopic": r"convictions|criminal (?:record|offen[cs]e)s?|offenders?|infractions|condamnations"
    r"|casier judiciaire"
    r"|straftat\w*",
    "VulnerableTopic": r"patients?|employees?|salariés?|asylum[- ]seekers?|demandeurs d'asile|elderly|personnes âgées"
    r"|job applicants?|beschäftigte\w*",
    "PersonalDataTopic": r"personal(?:ly)?[- ](?:data|information|identif\w+)|sensitive (?:information|data)|pii"
    r"|données? (?:à caractère )?personnel\w*|personenbezogen\w*|e-?mails?|ip addresses|people|persons|individuals"
    r"|individual-level|speakers?|customers?|participants?|conversations?|demographic\w*|personnes"
    r"|(?:addresses|names?|phone numbers?) of (?:the )?(?:customers?|persons?|people)",
    "PseudonymisedTopic": r"pseudonymi[sz]\w*|pseudonyms?|hashed|de-?identif\w+|désidentifi\w+",
    "AnonymisedTopic": r"anonymi[sz]\w*|anonymous\w*|anonyme\w*",
    "ReidentificationTopic": r"re-?identif\w+|ré-?identif\w+|determine the identity",
    "ScrapingTopic": r"scraped|scraping|scraper|crawl(?:s|ed|er|ers|ing)?|commoncrawl|web ?mining|mining social media"
    r"|web (?:pages?|data|scrap\w*)|moissonn\w+|aspiration de sites?",
    "OptOutTopic": r"opt(?:ed)?[- ]?outs?|robots\.txt",
    "ConsentTopic": r"consent(?:s|ed|ement\w*)?|donated|einwilligung\w*",
    "RetentionTopic": r"retention|retained|time-limits? for storing|durées? de conservation|aufbewahrung\w*",
    "ScaleTopic": r"(?:\d[\d.,]{0,20}[ \u00a0]?)?(?:million|billion|milliard|millionen|milliarden)s?",
    "ScoringTopic": r"credit[- _](?:risks?|scor\w+)|creditworth\w*|scoring of|solvabilité|kreditwürdig\w*|profilage",
    "HighlyPersonalTopic": r"geolocat\w+|géolocalis\w+|location data|gps|bank accounts?|comptes? bancaires?"
    r"|income bracket",
    "AnnotatorsTopic": r"annotators?|annotated|raters?|crowd-?workers?|crowdsourc\w+|annotateurs?",
    "SyntheticTopic": r"synthet\w+|synthétiques?",
    "LeakTopic": r"leaked|data breach\w*|stolen|fuites? de données|données volées",
    "ReuseTermsTopic": r"copyrights?|terms[- ]of[- ](?:use|service)|non-?commercial|all rights reserved"
    r"|research purposes only|conditions d'utilisation",
    "CombinationTopic": r"can join|joined with|linked with|linkage|croisement\w*|appariement\w*|verknüpf\w*",
}
_COLUMN = {
    "PersonalDataTopic": r"(?:first|last|full|sur|nick|user|given|family|author|customer|speaker)_?name|e?mails?|phone"
    r"|mobile"
    r"|fax|address_?\d*|street|zip|postal_?code|birth\w*|dob|ssn|passport\w*|(?:hashed_)?ip(?:_address)?|user_agent"
    r"|(?:user|client|speaker|author|person|customer|annotator|rater|worker|participant|employee)_?id|author|speaker"
    r"|conversation(?:_history)?|(?:\w+_)?prompt|(?:\w+_)?feedback|utterances?|dialogue(?:_turns)?|age|gender|sex|accent"
    r"|nationality|prenom|nom_(?:de_)?famille|date_naissance|telephone|courriel|adresse",
    "SpecialCategoryTopic": r"ethnic\w*|race|religion|health\w*|diagnos\w*|disease\w*|political\w*|sexual_orientation"
    r"|disabilit\w*|blood_\w+|patient_id|voice|face|fingerprint",
    "PseudonymisedTopic": r"hashed_\w+|pseudonym\w*|\w+_pseudonym|user_hash|client_id",
    "OffenceTopic": r"criminal\w*|convictions?|offen[cs]es?",
    "HighlyPersonalTopic": r"gps\w*|iban|salary|income\w*|bank_account\w*",
}


def _compiled(table: dict[str, str], form: str) -> dict[str, re.Pattern[str]]:
    return {topic: re.compile(form.format(words), re.IGNORECASE) for topic, words in table.items()}


_TEXTS = _compiled(_TEXT, r"(?<![\w-])(?:{})(?![\w-])")
_COLUMNS = _compiled(_COLUMN, r"(?:{})")
TOPICS = frozenset(_TEXT) | {"SourceTopic", "PurposeTopic"}
"""Every topic: those of the words, and two that only a field of that meaning can raise."""


@dataclass(frozen=True)
class Clue:
    """A topic and the words that raise it."""

    topic: str
    quote: str


def in_text(text: str) -> Iterator[Clue]:
    """The topics that a text raises, each with its first passage."""
    if silent(text):
        return
    for topic, pattern in _TEXTS.items():
        match = pattern.search(text)
        if match:
            yield Clue(topic, passage(text, match.start(), match.end()))


def in_column(name: str) -> Iterator[Clue]:
    """The topics that the name of a column raises; the name is what is quoted."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.rpartition("/")[2]).replace("-", "_").replace(" ", "_")
    for topic, pattern in _COLUMNS.items():
        if pattern.fullmatch(plain):
            yield Clue(topic, name)
