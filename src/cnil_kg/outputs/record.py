"""An imported record as RDF: the facts, where each was read, and the hints, in that order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from cnil_kg import __version__
from cnil_kg.inputs.guards import printable
from cnil_kg.model import Text
from cnil_kg.outputs.yamlform import as_yaml
from cnil_kg.readers.record import Imported
from cnil_kg.vocab import CKG, DCAT, DCT, PREFIXES, PROV, RDF, expand

FORMS = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
_TYPE = NamedNode(RDF + "type")
_ABOUT = NamedNode(PREFIXES["foaf"] + "primaryTopic")
_QUOTED = NamedNode(PROV + "wasQuotedFrom")
_FIELD = NamedNode(expand("ckg:sourceField"))
_HEAD = Text(
    "# Importé par cnil-kg {version} de {file} (lecteur {reader}).\n"
    "# Un champ absent, « n/a » ou « inconnu » n'est pas un « non » : le fait n'est pas indiqué.\n",
    "# Imported by cnil-kg {version} from {file} (reader {reader}).\n"
    '# A field that is absent, "n/a" or "unknown" is no "no": the fact is not stated.\n',
)
_FACTS = Text("# == Faits : ce que la fiche affirme", "# == Facts: what the record states")
_PLACES = Text("# == Origine de chaque fait", "# == Where each fact was read")
_HINTS = Text(
    "# == Indices : des mots à vérifier, qu'aucune règle ne lit ; ce qu'ils confirment est à écrire comme un fait",
    "# == Hints: words to look into, read by no rule; what they turn out to mean is to be written as a fact",
)
_UNREAD = Text("# Champs non repris : ", "# Fields not used: ")


def written(imported: Imported, form: str, lang: str) -> str:
    """The text of an imported record.

    Args:
        imported: what the reader found.
        form: one of `FORMS`, or `yaml`.
        lang: `fr` or `en`, the language of the comments.
    """
    facts = _grouped(stated.triple for stated in imported.stated)
    places, hints = list(_places(imported)), list(_hints(imported))
    if form == "yaml":
        return as_yaml([*facts, *places, *hints], imported.source.terms.short)
    if form != "turtle":
        return _text([*facts, *places, *hints], FORMS[form])
    sections = [(_FACTS, facts), (_PLACES, places), (_HINTS, hints)]
    head = _HEAD.of(lang).format(
        version=__version__, file=printable(imported.source.title), reader=printable(imported.reader)
    )
    if imported.unread:
        head += _UNREAD.of(lang) + printable(", ".join(sorted(imported.unread))) + "\n"
    names = {**PREFIXES, "rec": _space(imported)}
    blocks = [
        f"{title.of(lang)}\n\n{_body(triples, names, title is _PLACES)}" for title, triples in sections if triples
    ]
    body = "\n".join(blocks)
    prefixes = [f"@prefix {name}: <{iri}> ." for name, iri in sorted(names.items()) if _used(name, body)]
    return f"{head}\n" + "\n".join(prefixes) + "\n\n" + body


def _grouped(triples: Iterable[Triple]) -> list[Triple]:
    """The triples by subject, in the order in which the subjects come."""
    found: dict[object, list[Triple]] = {}
    for triple in dict.fromkeys(triples):
        found.setdefault(triple.subject, []).append(triple)
    return [triple for group in found.values() for triple in group]


def _places(imported: Imported) -> Iterator[Triple]:
    """One record for each resource, and a statement for each fact."""
    records = _records(imported)
    for root, record in records.items():
        yield Triple(record, _TYPE, NamedNode(DCAT + "CatalogRecord"))
        yield Triple(record, _ABOUT, root)
        yield Triple(record, NamedNode(DCT + "source"), Literal(imported.source.title))
        yield Triple(record, NamedNode(expand("ckg:sourceDigest")), Literal(f"sha256:{imported.source.digest}"))
        yield Triple(record, NamedNode(expand("ckg:readBy")), Literal(f"cnil-kg {__version__}, {imported.reader}"))
    for number, stated in enumerate(imported.stated, 1):
        node = NamedNode(f"{_space(imported)}fact-{number}")
        yield Triple(node, _TYPE, NamedNode(RDF + "Statement"))
        yield Triple(node, NamedNode(RDF + "subject"), stated.triple.subject)
        yield Triple(node, NamedNode(RDF + "predicate"), stated.triple.predicate)
        yield Triple(node, NamedNode(RDF + "object"), stated.triple.object)
        yield Triple(node, _QUOTED, records[stated.root])
        yield Triple(node, _FIELD, Literal(stated.field))


def _hints(imported: Imported) -> Iterator[Triple]:
    records = _records(imported)
    for number, hint in enumerate(imported.hints, 1):
        node = NamedNode(f"{_space(imported)}hint-{number}")
        yield Triple(node, _TYPE, NamedNode(expand("ckg:Hint")))
        yield Triple(node, NamedNode(expand("ckg:hintAbout")), hint.about)
        yield Triple(node, NamedNode(expand("ckg:hintTopic")), NamedNode(CKG + hint.topic))
        yield Triple(node, NamedNode(expand("ckg:quote")), Literal(hint.quote))
        yield Triple(node, _QUOTED, records[hint.root])
        yield Triple(node, _FIELD, Literal(hint.field))


def _records(imported: Imported) -> dict[NamedNode, NamedNode]:
    roots = dict.fromkeys([*(s.root for s in imported.stated), *(h.root for h in imported.hints)])
    return {root: NamedNode(f"{_space(imported)}record-{number}") for number, root in enumerate(roots, 1)}


def _space(imported: Imported) -> str:
    return f"urn:cnil-kg:import:{imported.source.digest[:16]}:"


def _text(triples: Iterable[Triple], form: RdfFormat, names: Mapping[str, str] | None = None) -> str:
    data = serialize(triples, format=form, prefixes=dict(names) if names else None)
    assert data is not None
    return data.decode("utf-8")


def _body(triples: Iterable[Triple], names: Mapping[str, str], flat: bool) -> str:
    """The statements without their prefixes; `flat`: each subject on one line."""
    text = _text(triples, RdfFormat.TURTLE, names)
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("@prefix ")]
    body = "".join(lines).replace(" ;\n\t", " ; ") if flat else "".join(lines)
    return body.replace("\n\t", "\n  ")


def _used(name: str, body: str) -> bool:
    return re.search(rf"(?:^|[\s^]){re.escape(name)}:", body, re.MULTILINE) is not None
