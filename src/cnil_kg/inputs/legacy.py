"""Names that real files use for what we know under another one: old and wrong namespaces, renamed terms."""

from __future__ import annotations

import re

from cnil_kg.vocab import DCAT, DPV, EU_GDPR, PREFIXES, PROV, SKOS

_W3ID = "https://w3id.org/dpv"
_DQV = "http://www.w3.org/ns/dqv#"
_TIME = "http://www.w3.org/2006/time#"
_EU_RIGHTS = _W3ID + "/rights/eu#"
_DATED = re.compile(r"https?://(?:w3c\.github\.io/dpv|w3id\.org/dpv)/\d+\.\d+/(?:(.+?)/?)?[#/]+")

_MODULES = {
    "dpv-pd": PREFIXES["pd"],
    "dpv-gdpr": EU_GDPR,
    "dpv-tech": PREFIXES["tech"],
    "risk": PREFIXES["risk"],
    "rights/eu": _EU_RIGHTS,
}
"""Modules of DPV 1, which came in three serialisations under three IRIs."""

_PAGES = {
    "prov-o": PROV,
    "skos-reference": SKOS,
    "vocab-dcat-3": DCAT,
    "vocab-dcat-2": DCAT,
    "vocab-dqv": _DQV,
    "2016/NOTE-vocab-dqv-20161215": _DQV,
    "owl-time": _TIME,
}
"""Pages of W3C recommendations taken for namespaces."""


def _namespaces() -> dict[str, str]:
    found = {
        "https://w3id.org/dpv/dpv-skos#": DPV,
        "https://w3id.org/dpv/dpv-owl#": DPV,
        "http://data.europa.eu/r5r/healthdcatap#": PREFIXES["healthdcatap"],
        "https://healthdcat-ap.github.io/": PREFIXES["healthdcatap"],
        "http://schema.org/": PREFIXES["schema"],
        "https://www.dcat-ap.de/": PREFIXES["dcatap"],
    }
    for module, base in _MODULES.items():
        found |= {f"{_W3ID}/{flavour}{module}#": base for flavour in ("", "dpv-skos/", "dpv-owl/")}
    for base in (*PREFIXES.values(), _EU_RIGHTS):
        if base.startswith(_W3ID):
            found[base[:-1] + "/owl#"] = base
    for page, base in _PAGES.items():
        found |= {f"https://www.w3.org/TR/{page}/{end}": base for end in ("", "#")}
    return {old: new for old, new in found.items() if old != new}


NAMESPACES: dict[str, str] = _namespaces()
"""Old or wrong namespace -> the one to read."""

TERMS: dict[str, str] = {_DQV + "hasLegalBasis": DPV + "hasLegalBasis"}
"""A term put in a namespace that never held it -> the term to read."""


def dated(namespace: str) -> str | None:
    """The DPV namespace behind one that carries a release number, like `https://w3c.github.io/dpv/2.0/pd/`."""
    match = _DATED.fullmatch(namespace)
    if match is None:
        return None
    module = match[1] or "dpv"
    return DPV if module == "dpv" else f"{_W3ID}/{module.removesuffix('/owl')}#"


def _renamed() -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix, names in _RENAMED.items():
        for pair in names.split():
            old, _, new = pair.partition("=")
            found[PREFIXES[prefix] + old] = PREFIXES[prefix] + new
    return found


_RENAMED = {
    "dpv": """
        ContractFulfiled=ContractFulfilled ContractNotFulfiled=ContractNotFulfilled
        ContractPartiallyFulfiled=ContractPartiallyFulfilled
        ContractualClauseFulfiled=ContractualClauseFulfilled
        ContractualClauseNotFulfiled=ContractualClauseNotFulfilled
        ContractualClausePartiallyFulfiled=ContractualClausePartiallyFulfilled
        LawfulnessUnkown=LawfulnessUnknown RightsFulfillment=RightsFulfilment
        hasFulfillmentsStatus=hasFulfilmentStatus isOrganistionalUnitOf=isOrganisationalUnitOf
        """,
    "pd": """
        Acquantaince=Acquaintance Behavioral=Behavioural BrowsingBehavior=BrowsingBehaviour
        CriminalOffense=CriminalOffence Demeanor=Demeanour Favorite=Favourite FavoriteColor=FavouriteColour
        FavoriteFood=FavouriteFood FavoriteMusic=FavouriteMusic HairColor=HairColour
        ServiceConsumptionBehavior=ServiceConsumptionBehaviour TVViewingBehavior=TVViewingBehaviour
        """,
    "ai": "DecomissionStage=DecommissionStage",
    "risk": """
        Extorsion=Extortion IllegalProcessingData=IllegalDataProcessing
        InabilityToFulfillLegalObligations=InabilityToFulfilLegalObligations
        LoseCustomerConfidence=CustomerConfidenceLoss LossCustomerConfidence=CustomerConfidenceLoss
        LoseNegotiatingCapacity=NegotiatingCapacityLoss LossNegotiatingCapacity=NegotiatingCapacityLoss
        RemeditationControl=RemediationControl Renumeration=Remuneration TaskOmmitted=TaskOmitted
        UnauthorisedAccesstoPremises=UnauthorisedAccessToPremises
        """,
    "eu-aiact": """
        PostRemoteBiometriIdentificationSystem=PostRemoteBiometricIdentificationSystem
        RealtimeRemoteBiometriIdentificationSystem=RealtimeRemoteBiometricIdentificationSystem
        """,
    "eu-gdpr": "A6-1-d-natual-person=A6-1-d-natural-person",
}

RENAMED: dict[str, str] = _renamed()
"""Terms of DPV 2.0 to 2.2 that 2.3 spells otherwise, the meaning unchanged; dropped ones are not here."""
