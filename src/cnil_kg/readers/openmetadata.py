"""OpenMetadata: tables as files, and the files that only define tags."""

from __future__ import annotations

from pyoxigraph import NamedNode

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector, is_iri, plain
from cnil_kg.readers.record import Imported, Source
from cnil_kg.readers.trees import Tree, listed, mapping, mappings, peek, read_json
from cnil_kg.vocab import expand

_TAGS = {
    "PersonalData.Personal": "dpv:PersonalData",
    "PersonalData.SpecialCategory": "dpv:SpecialCategoryPersonalData",
    "PII.Sensitive": "dpv:PersonalData",
}
"""Tags that state a category; a sensitive one is not for that a special category of Article 9."""
_ASK = {"PII.Sensitive": "SpecialCategoryTopic", "PII.NonSensitive": "PersonalDataTopic"}
"""Tags that leave a question: a tag "not sensitive" covers race by its own definition."""
_NOTHING = frozenset({"PII.None"})
"""Tags that say nothing about people: read as no tag."""
_SAMPLES = frozenset({"sampleData", "profile", "columnProfile", "tableProfile", "tableProfilerConfig", "customMetrics"})
_KNOWN = frozenset(
    {"name", "displayName", "fullyQualifiedName", "description", "columns", "tags", "joins", "id", "retentionPeriod"}
) | {"extension", "database", "lineage", "service"}


class OpenMetadata:
    """Reads tables; rows and profiles beside them are never read."""

    name = "openmetadata"
    label = Text("OpenMetadata, tables (JSON)", "OpenMetadata, tables (JSON)")

    def recognises(self, source: Source) -> bool:
        """A table, a list of tables, or definitions of tags."""
        tree = peek(source) if source.data.lstrip()[:1] in (b"{", b"[") else None
        return bool(self.tables(tree)) or self.definitions(source) is not None

    def read(self, source: Source) -> Imported:
        """Read it."""
        tree = read_json(source)
        tables = self.tables(tree)
        if not tables:
            raise InputError("describes no table: there is nothing to import", source.name, "Give the table itself.")
        collector = Collector(source, self.name)
        for place, table in tables:
            _Table(collector, mapping(table, source, "", place or "the file"), place).read()
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """What each tag means, by its full name."""
        if b"createClassification" not in source.data and b"createTags" not in source.data:
            return None
        found: dict[str, str] = {}
        for item in listed(peek(source)):
            group = item.get("createClassification") if isinstance(item, dict) else None
            if not isinstance(group, dict):
                continue
            for tag in listed(item.get("createTags")):
                if isinstance(tag, dict):
                    found[f"{plain(group.get('name'))}.{plain(tag.get('name'))}"] = plain(tag.get("description"))
        return found or None

    def tables(self, tree: Tree) -> list[tuple[str, Tree]]:
        """The tables of a file, each with its place."""
        if isinstance(tree, dict):
            for key in ("tables", "entities", "data"):
                if isinstance(tree.get(key), list) and any(_is_table(t) for t in tree[key]):
                    return [(f"{key}[{number}]", table) for number, table in enumerate(tree[key])]
            return [("", tree)] if _is_table(tree) else []
        if isinstance(tree, list) and any(_is_table(t) for t in tree):
            return [(f"[{number}]", table) for number, table in enumerate(tree)]
        return []


def _is_table(tree: Tree) -> bool:
    return (
        isinstance(tree, dict) and "columns" in tree and bool({"tableType", "fullyQualifiedName", "name"} & set(tree))
    )


class _Table:
    def __init__(self, collector: Collector, table: dict[str, Tree], place: str) -> None:
        self._collector, self._table = collector, table
        self._start = f"{place}." if place else ""
        self._label = plain(table.get("fullyQualifiedName")) or plain(table.get("name")) or "(without name)"

    def read(self) -> None:
        collector, table, start = self._collector, self._table, self._start
        subject = collector.open(self._iri(), "dcat:Dataset", f"{start}id")
        collector.value(subject, "dct:title", table.get("displayName") or table.get("name"), f"{start}name")
        collector.text(subject, table.get("description"), f"{start}description")
        self._tags(subject, table.get("tags"), f"{start}tags")
        self._columns(subject, table.get("columns"), f"{start}columns", 0)
        if plain(table.get("retentionPeriod")):
            field = f"{start}retentionPeriod"
            collector.hint(subject, "RetentionTopic", plain(table["retentionPeriod"]), field)
        self._joins(subject)
        for key, value in table.items():
            if key not in _KNOWN and key not in _SAMPLES and value not in (None, "", [], {}):
                collector.unread(f"{start}{key}")

    def _iri(self) -> str:
        """The name of the table, which the user may give where it has none."""
        return self._collector.named(identity(self._table), "id")

    def _columns(self, subject: NamedNode, value: Tree, place: str, depth: int) -> None:
        for here, column in mappings(value, self._collector.source, self._label, place):
            self._collector.column(subject, plain(column.get("name")), f"{here}.name")
            self._tags(subject, column.get("tags"), f"{here}.tags")
            if depth < 20:
                self._columns(subject, column.get("children"), f"{here}.children", depth + 1)

    def _tags(self, subject: NamedNode, value: Tree, place: str) -> None:
        """Tags that people set are facts; those that a machine suggests, and those of a company, are hints."""
        for here, label in mappings(value, self._collector.source, self._label, place):
            name = plain(label.get("tagFQN"))
            suggested = plain(label.get("state")) == "Suggested"
            if name in _NOTHING or not name:
                continue
            if name in _TAGS and not suggested:
                category = NamedNode(expand(_TAGS[name]))
                self._collector.state(subject, "dpv:hasPersonalData", category, f"{here}.tagFQN")
            elif name in _TAGS:
                self._collector.hint(subject, "PersonalDataTopic", name, f"{here}.tagFQN")
            if name in _ASK:
                self._collector.hint(subject, _ASK[name], name, f"{here}.tagFQN")
            elif name not in _TAGS:
                self._defined(subject, name, f"{here}.tagFQN")

    def _defined(self, subject: NamedNode, name: str, field: str) -> None:
        """A tag of the installation: its definition is looked into when the vocabulary was given."""
        known = self._collector.source.vocabulary or {}
        if name in known:
            self._collector.text(subject, f"{name}: {known[name]}", field)
        else:
            self._collector.warn(
                "tag-unknown",
                f"{self._label} : l'étiquette {name} ({field}) n'est pas définie ; donnez --vocabulary.",
                f"{self._label}: the tag {name} ({field}) is not defined; give --vocabulary.",
                term=name,
            )

    def _joins(self, subject: NamedNode) -> None:
        joins = self._table.get("joins")
        if joins is None:
            return
        tables = mapping(joins, self._collector.source, self._label, "joins").get("columnJoins")
        for here, join in mappings(tables, self._collector.source, self._label, f"{self._start}joins.columnJoins"):
            for there, other in mappings(
                join.get("joinedWith"), self._collector.source, self._label, f"{here}.joinedWith"
            ):
                name = plain(other.get("fullyQualifiedName"))
                self._collector.hint(subject, "CombinationTopic", name, f"{there}.fullyQualifiedName")


def identity(table: dict[str, Tree]) -> str | None:
    """The IRI of a table: its identifier, else its address, else its full name; never its title. None for none."""
    name, id_ = plain(table.get("fullyQualifiedName")), plain(table.get("id"))
    if id_:
        return f"urn:uuid:{id_}"
    href = plain(table.get("href"))
    if is_iri(href):
        return href
    return f"urn:openmetadata:table:{name}" if name and " " not in name else None


READER = OpenMetadata()
