"""Namespaces, and the two ways of a term: CURIE and IRI."""

from __future__ import annotations

CKG = "https://w3id.org/cnil-kg/ns#"
CKS = "https://w3id.org/cnil-kg/shapes#"
DPV = "https://w3id.org/dpv#"
EU_GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"
PROV = "http://www.w3.org/ns/prov#"
DCAT = "http://www.w3.org/ns/dcat#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
DCT = "http://purl.org/dc/terms/"

PREFIXES: dict[str, str] = {
    "ckg": CKG,
    "cks": CKS,
    "dpv": DPV,
    "eu-gdpr": EU_GDPR,
    "eu-aiact": "https://w3id.org/dpv/legal/eu/aiact#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "pd": "https://w3id.org/dpv/pd#",
    "ai": "https://w3id.org/dpv/ai#",
    "tech": "https://w3id.org/dpv/tech#",
    "risk": "https://w3id.org/dpv/risk#",
    "dcat": DCAT,
    "dcatap": "http://data.europa.eu/r5r/",
    "healthdcatap": "http://healthdataportal.eu/ns/health#",
    "it6": "http://data.europa.eu/it6/",
    "dct": DCT,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}

NONE = CKG + "none"
NOT_ASSESSED = CKG + "NotAssessed"


def expand(curie: str) -> str:
    """The IRI of a CURIE with a known prefix; anything else comes back as it is."""
    prefix, _, local = curie.partition(":")
    base = PREFIXES.get(prefix)
    return base + local if base is not None and not local.startswith("//") else curie


def shrink(iri: str) -> str:
    """The CURIE of an IRI when a known namespace fits (longest first), else the IRI itself."""
    best = ""
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and len(base) > len(PREFIXES.get(best, "")):
            best = prefix
    local = iri[len(PREFIXES[best]) :] if best else ""
    plain = local.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return f"{best}:{local}" if best and plain else iri
