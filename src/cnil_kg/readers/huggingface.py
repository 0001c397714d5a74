"""Dataset and model cards of Hugging Face: the front matter for facts, the sections for hints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.readers.collector import Collector, plain
from cnil_kg.readers.croissant import licence
from cnil_kg.readers.record import Imported, Source
from cnil_kg.readers.trees import Tree, listed, mapping, read_yaml, refuse
from cnil_kg.readers.words import silent

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_REPOSITORY = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_HUB = "https://huggingface.co/"
_FENCE = re.compile(r"(`{3,4}|~~~|`$)")
_FIELD = re.compile(
    r"^[ \t]*(?:[-*][ \t]*)?[\"`*]{0,3}([A-Za-z_][\w/.-]*)[\"`*]{0,3}[ \t]*(?:\([^)\n]*\))?[ \t]*:", re.MULTILINE
)
_COLUMNS = re.compile(r"fields|features")
_HIDDEN = re.compile(
    r"citation|bibtex|contributions|curators|authors|contact|table of contents|data instances|data splits|languages"
)
"""Sections that hold rows of the data, names of persons or nothing of use."""
_SECTIONS = {
    "personal and sensitive information": "PersonalDataTopic",
    "source data": "SourceTopic",
    "initial data collection and normalization": "SourceTopic",
    "who are the source language producers": "SourceTopic",
    "who are the annotators": "AnnotatorsTopic",
    "annotation process": "AnnotatorsTopic",
    "licensing information": "ReuseTermsTopic",
    "intended uses": "PurposeTopic",
    "uses": "PurposeTopic",
    "direct use": "PurposeTopic",
    "training data": "SourceTopic",
}
_MODEL_KEYS = frozenset(
    {"base_model", "pipeline_tag", "library_name", "model-index", "datasets", "inference", "model_name"}
)
_DATASET_KEYS = frozenset(
    {"annotations_creators", "source_datasets", "size_categories", "task_categories", "dataset_info", "configs"}
) | {"pretty_name", "language_creators", "multilinguality", "task_ids"}
_FOUND = {"found": "ScrapingTopic", "crowdsourced": "AnnotatorsTopic", "machine-generated": "SyntheticTopic"}


_READ = frozenset(
    {"pretty_name", "model_name", "license", "license_link", "datasets", "base_model", "pipeline_tag", "dataset_info"}
) | {"source_datasets", "annotations_creators", "language_creators", "tags", "task_categories"}


@dataclass(frozen=True)
class _Section:
    """A part of the text: its heading, and whether it lists the columns."""

    title: str
    text: str
    columns: bool


class HuggingFace:
    """Reads one card."""

    name = "huggingface"
    label = Text("cartes de Hugging Face (Markdown)", "Hugging Face cards (Markdown)")

    def recognises(self, source: Source) -> bool:
        """A front matter with the keys of a card, or Markdown with the title of one."""
        try:
            text = source.text
        except InputError:
            return False
        front = _FRONT.match(text)
        if front:
            keys = set(re.findall(r"^([\w-]+):", front[1], re.MULTILINE))
            return bool(keys & (_DATASET_KEYS | _MODEL_KEYS)) or source.name.lower().endswith(".md")
        if not source.name.lower().endswith(".md"):
            return False
        return text.startswith("---") or re.search(r"^# (?:Dataset|Model) Card", text, re.MULTILINE) is not None

    def read(self, source: Source) -> Imported:
        """Read it."""
        collector = Collector(source, self.name)
        text = source.text
        front = _FRONT.match(text)
        if text.startswith("---") and not front:
            raise InputError("the front matter has no closing ---", f"{source.name}:1", "Close it with a line ---.")
        card: dict[str, Tree] = {}
        if front:
            card = mapping(read_yaml(front[1], source, 2) or {}, source, "", "the front matter")
        body = text[front.end() :] if front else text
        model = bool(set(card) & _MODEL_KEYS) and not set(card) & (_DATASET_KEYS - {"pretty_name"})
        if not card and re.search(r"^# Model Card", body, re.MULTILINE):
            model = True
        label = plain(card.get("pretty_name")) or source.title
        subject = collector.open(
            collector.named(None, "id"), "it6:MachineLearningModel" if model else "dcat:Dataset", "front matter"
        )
        _Card(collector, subject, card, label).read(model)
        for section in _sections(body):
            _read_section(collector, subject, section)
        return collector.done()

    def definitions(self, source: Source) -> dict[str, str] | None:
        """None: a card defines no tags."""
        return None


class _Card:
    """The front matter."""

    def __init__(self, collector: Collector, subject: NamedNode, card: dict[str, Tree], label: str) -> None:
        self._collector, self._subject, self._card, self._label = collector, subject, card, label

    def read(self, model: bool) -> None:
        collector, subject, card = self._collector, self._subject, self._card
        collector.value(subject, "dct:title", card.get("pretty_name") or card.get("model_name"), "pretty_name")
        for value in self._texts("license"):
            licence(collector, subject, value, "license")
        for value in self._texts("license_link"):
            collector.value(subject, "dct:license", value, "license_link")
        if model:
            self._links("datasets", "it6:trainedOn", "datasets/")
            self._links("base_model", "it6:fineTunedFrom", "")
            for value in self._texts("pipeline_tag"):
                collector.value(subject, "it6:intendedUse", value, "pipeline_tag")
        else:
            self._sources()
        self._clues()
        self._features()
        for key in card:
            if key not in _READ:
                collector.unread(key)

    def _clues(self) -> None:
        for key in ("annotations_creators", "language_creators"):
            for value in self._texts(key):
                if value in _FOUND:
                    self._collector.hint(self._subject, _FOUND[value], value, key)
        for key in ("tags", "task_categories"):
            for value in self._texts(key):
                self._collector.text(self._subject, value.replace("-", " "), key)

    def _texts(self, key: str) -> list[str]:
        """The values of a key that holds texts."""
        found = listed(self._card.get(key))
        if any(not isinstance(value, str) for value in found):
            refuse(self._collector.source, self._label, key, "a text or a list of texts")
        return [value for value in found if value not in ("null", "~", "")]

    def _links(self, key: str, property_: str, path: str) -> None:
        for value in self._texts(key):
            if not _REPOSITORY.fullmatch(value):
                refuse(self._collector.source, self._label, key, "the name of a repository")
            self._collector.state(self._subject, property_, NamedNode(f"{_HUB}{path}{value}"), key)

    def _sources(self) -> None:
        for value in self._texts("source_datasets"):
            kind, _, name = value.partition("|")
            name = name.partition("|")[2] or name if name.startswith("other") else name
            if kind == "extended" and _REPOSITORY.fullmatch(name) and not name.startswith("other"):
                target = NamedNode(f"{_HUB}datasets/{name}")
                self._collector.state(self._subject, "prov:wasDerivedFrom", target, "source_datasets")
            elif not silent(value):
                self._collector.hint(self._subject, "SourceTopic", value, "source_datasets")

    def _features(self) -> None:
        """The names of the columns that the viewer writes into the front matter."""
        for number, config in enumerate(listed(self._card.get("dataset_info"))):
            if not isinstance(config, dict):
                refuse(self._collector.source, self._label, "dataset_info", "a list of configurations")
            for feature in listed(config.get("features")):
                name = plain(feature.get("name")) if isinstance(feature, dict) else ""
                self._collector.column(self._subject, name, f"dataset_info[{number}].features")


def _sections(body: str) -> Iterator[_Section]:
    """The sections of the text, without code, tables and HTML comments: those hold rows of the data."""
    title, lines = "", list[str]()
    above: dict[int, str] = {}
    for line in _prose(body):
        heading = _HEADING.match(line)
        if heading:
            yield _Section(title, "\n".join(lines), any(_COLUMNS.search(t) for t in above.values()))
            title, lines = heading[2].strip("*`?: ").lower(), []
            above = {level: name for level, name in above.items() if level < len(heading[1])} | {len(heading[1]): title}
        elif not line.lstrip().startswith(("|", "[//]:")) and not any(_HIDDEN.search(t) for t in above.values()):
            lines.append(line)
    yield _Section(title, "\n".join(lines), any(_COLUMNS.search(t) for t in above.values()))


def _prose(body: str) -> Iterator[str]:
    """The lines that are neither code nor HTML comment."""
    fence = ""
    comment = False
    for line in body.splitlines():
        bare = line.strip()
        opening = _FENCE.match(bare)
        if fence:
            fence = "" if bare == fence else fence
        elif comment:
            comment = "-->" not in line
        elif opening and bare.count(opening[1]) == 1:
            fence = opening[1]
        elif bare.startswith("<!--"):
            comment = "-->" not in line
        else:
            yield line


def _read_section(collector: Collector, subject: NamedNode, section: _Section) -> None:
    text = section.text.strip()
    if not text:
        return
    field = f"section: {section.title}" if section.title else "text"
    if section.columns:
        for match in _FIELD.finditer(text):
            collector.column(subject, match[1], f"{field}: {match[1]}")
    collector.text(subject, text, field, _SECTIONS.get(section.title, ""))


READER = HuggingFace()
