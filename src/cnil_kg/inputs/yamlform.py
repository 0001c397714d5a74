"""Descriptions in YAML: the text is rewritten as JSON-LD, each key on its own line, and read as such.

Every scalar is read as text and typed by the context of `shortnames`: `no`, `12:30` or `2024-02-30` are never
converted on the way. What the form does not allow (an unknown key, a name that is none of a closed list, aliases,
tags) is an error at its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from json import dumps
from typing import Any

import yaml

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import MAX_DEPTH, printable, too_deep, yaml_syntax
from cnil_kg.inputs.shortnames import CLASSES, HEADER, KEYWORDS, Key, ShortNames, nearest
from cnil_kg.inputs.sources import Document
from cnil_kg.vocab import NONE, PREFIXES

_IRI = re.compile(r"[^\x00-\x20<>\"{}|^`\\]+")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_PREFIX = re.compile(r"[A-Za-z][\w.-]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:|mailto:|cnil-kg:|_:")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def as_jsonld(document: Document, names: ShortNames) -> Document:
    """The same description in JSON-LD, each key on the line it has in the YAML text.

    Raises:
        InputError: it is no YAML, or not in the form; the message names the line.
    """
    text = _Transcript(document, names).text()
    return replace(document, format="jsonld", data=text.encode())


@dataclass
class _Frame:
    """An open mapping or list: the key whose value it is, whether it is a map of languages, what it holds so far."""

    mapping: bool
    key: Key | None
    languages: bool = False
    seen: set[str] = field(default_factory=set)
    empty: bool = True
    current: Key | None = None
    keyword: str = ""
    expects_key: bool = True


class _Transcript:
    def __init__(self, document: Document, names: ShortNames) -> None:
        self._name = document.name
        self._names = names
        self._events = self._parsed(document)
        self._named = _named(self._events)
        self._prefixes = dict(PREFIXES)
        self._out: list[str] = []
        self._line = 0
        self._blank = 0

    def text(self) -> str:
        context = self._header()
        frames: list[_Frame] = []
        position = 0
        while position < len(self._events):
            event = self._events[position]
            self._sync(event)
            frame = frames[-1] if frames else None
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._out.append("}" if frames.pop().mapping else "]")
            elif frame is not None and frame.mapping and frame.expects_key:
                position = self._key(frame, event, position, top=len(frames) == 1)
            elif isinstance(event, yaml.ScalarEvent) and frame is not None:
                self._before(frame)
                self._out.append(self._scalar(frame, event))
            else:
                frames.append(self._opened(frames, event, position, context))
            position += 1
        return "".join(self._out)

    def _parsed(self, document: Document) -> list[Any]:
        """The events of the one document of the text."""
        found: list[Any] = []
        event: Any
        depth = 0
        try:
            for event in yaml.parse(document.data.decode("utf-8"), Loader=_LOADER):
                if isinstance(event, yaml.DocumentStartEvent) and found:
                    raise self._error(
                        "the file holds more than one document", event, "Keep one: remove what follows ---."
                    )
                if isinstance(event, yaml.NodeEvent):
                    self._plain(event)
                    found.append(event)
                elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                    found.append(event)
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > MAX_DEPTH:
                    raise too_deep(self._name, event.start_mark.line + 1)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise yaml_syntax(error, self._name) from error
        if not found or not isinstance(found[0], yaml.MappingStartEvent):
            what = "a description in YAML is a list of `key: value` lines"
            raise InputError(what, f"{self._name}:1", "Start from `cnil-kg new --format yaml`.")
        return found

    def _plain(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._error("anchors and aliases (& *) are not read", event, "Write the value again.")
        if event.tag not in (None, "!"):
            raise self._error("tags (!) are not read", event, "Remove the tag.")

    def _header(self) -> dict[str, Any]:
        """The context, with what the keys of the document itself say."""
        context = dict(self._names.context)
        depth, key = 0, ""
        expects = True
        prefix: str | None = None
        for event in self._events:
            if isinstance(event, yaml.ScalarEvent) and depth == 1 and expects:
                key, expects = event.value, False
                continue
            if isinstance(event, yaml.ScalarEvent) and depth == 1 and key == "base" and event.value:
                context["@base"] = self._base(event)
            elif key == "prefixes" and isinstance(event, yaml.ScalarEvent):
                if depth == 1 and event.value:
                    raise self._error("prefixes are `name: IRI` lines", event, "Indent them under prefixes.")
                if depth == 2 and prefix is None:
                    prefix = event.value
                elif depth == 2 and prefix is not None:
                    self._prefix(prefix, event, context)
                    prefix = None
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            expects = expects or depth == 1
        return context

    def _base(self, event: Any) -> str:
        if not _SCHEME.match(event.value) or not _IRI.fullmatch(event.value):
            raise self._error(f"base {_shown(event)} is no IRI", event, "Write it like https://example.org/project/.")
        return str(event.value)

    def _prefix(self, prefix: str, event: Any, context: dict[str, Any]) -> None:
        taken = prefix in context and context[prefix] != event.value
        if taken or not _PREFIX.fullmatch(prefix) or prefix in self._names.keys:
            repair = "Choose another name of letters and digits."
            raise self._error(f"the prefix {printable(prefix)} is taken or is no name", event, repair)
        if not _SCHEME.match(event.value) or not _IRI.fullmatch(event.value):
            raise self._error(f"{_shown(event)} is no IRI", event, "Write it like https://example.org/.")
        self._prefixes[prefix] = event.value
        context[prefix] = {"@id": event.value, "@prefix": True}

    def _sync(self, event: Any) -> None:
        line = event.start_mark.line
        if line > self._line and not isinstance(event, yaml.CollectionEndEvent):
            self._out.append("\n" * (line - self._line))
            self._line = line

    def _before(self, frame: _Frame) -> None:
        """The comma of a list; the value that a key waited for is given."""
        if frame.mapping:
            frame.expects_key = True
        else:
            self._out.append("" if frame.empty else ",")
            frame.empty = False

    def _opened(self, frames: list[_Frame], event: Any, position: int, context: dict[str, Any]) -> _Frame:
        """Begin a mapping or a list."""
        above = frames[-1] if frames else None
        key = None if above is None else above.current if above.mapping else above.key
        keyword = above.keyword if above else ""
        if above is not None:
            self._before(above)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if above is not None and (keyword not in ("", "graph") and (mapping or keyword != "type")):
            raise self._error(f"{keyword} takes one value", event, "Write it on the line of the key.")
        if not mapping:
            self._out.append("[")
            return _Frame(False, key, keyword=keyword, languages=bool(above and above.languages))
        frame = _Frame(True, key, languages=key is not None and key.kind == "language")
        if above is not None and above.languages:
            raise self._error("a text by language holds texts", event, "Write `fr: ...` and `en: ...`.")
        self._out.append("{")
        if above is None:
            self._out.append(f'"@context":{dumps(context, ensure_ascii=False)}')
            frame.empty = False
        if not frame.languages and not self._named[position]:
            self._blank += 1
            self._out.append(f'{"" if frame.empty else ","}"@id":"_:y{self._blank}"')
            frame.empty = False
        return frame

    def _key(self, frame: _Frame, event: Any, position: int, top: bool) -> int:
        """Write a key; gives the position of the last event that was used."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error("a key is a name", event, "Write `key: value`.")
        name = event.value
        if name in frame.seen:
            repair = "Write the key once, its values as a list."
            raise self._error(f"the key {_shown(event)} is written twice", event, repair)
        frame.seen.add(name)
        if top and name in HEADER:
            return position + 1 + _length(self._events, position + 1)
        written = self._resolved(frame, event, top)
        if not frame.empty:
            self._out.append(",")
        frame.empty = False
        frame.expects_key = False
        self._out.append(f"{dumps(written, ensure_ascii=False)}:")
        return position

    def _resolved(self, frame: _Frame, event: Any, top: bool) -> str:
        name = str(event.value)
        frame.keyword, frame.current = "", None
        if frame.languages:
            if not _TAG.fullmatch(name):
                raise self._error(f"{_shown(event)} is no language", event, "Write `fr: ...` and `en: ...`.")
            return name
        if name in KEYWORDS and (name != "graph" or top):
            frame.keyword = name
            return name
        if name in self._names.keys:
            frame.current = self._names.keys[name]
            return name
        if ":" in name and not _SCHEME.match(name):
            prefix, _, local = name.partition(":")
            if prefix not in self._prefixes:
                raise self._unknown_prefix(prefix, event)
            key = self._names.by_iri.get(self._prefixes[prefix] + local)
            if key is not None:
                frame.current = key
                return key.name
        elif not _SCHEME.match(name):
            known = [*self._names.keys, *KEYWORDS, *(HEADER if top else ())]
            repair = nearest(name, known) or "`cnil-kg schema description` lists the keys."
            raise self._error(f"the key {_shown(event)} is unknown", event, repair)
        self._check_iri(event)
        return name

    def _scalar(self, frame: _Frame, event: Any) -> str:
        """The JSON of a value."""
        key = frame.current if frame.mapping else frame.key
        keyword, value = frame.keyword, str(event.value)
        plain = not event.style
        if plain and not value:
            return "null"
        if keyword == "type":
            return self._type(event)
        if keyword in ("id", "datatype"):
            self._check_iri(event)
        elif keyword == "graph":
            raise self._error("graph is a list of nodes", event, "Indent them under it, each after a dash.")
        elif key is not None and key.closed:
            return self._listed(key, event)
        elif key is not None and key.names_nodes:
            if plain and value == "none":
                value = NONE
            self._check_iri(event)
        elif key is not None and key.kind not in ("language",) and plain and value == "none" and not keyword:
            return dumps({"@id": NONE})
        if value in KEYWORDS and (keyword == "id" or (key is not None and key.names_nodes)):
            value = f"./{value}"  # the bare word would be read as the keyword it stands for
        return dumps(value, ensure_ascii=False)

    def _type(self, event: Any) -> str:
        value = str(event.value)
        if ":" not in value and value not in CLASSES:
            repair = nearest(value, CLASSES) or f"Use {', '.join(CLASSES)}, or a name with its prefix (dpv:Process)."
            raise self._error(f"the type {_shown(event)} is unknown", event, repair)
        self._check_iri(event)
        return dumps(value, ensure_ascii=False)

    def _listed(self, key: Key, event: Any) -> str:
        value = str(event.value)
        if value not in key.values and ":" not in value:
            hint = nearest(value, key.values)
            few = key.values if len(key.values) <= 8 else ()
            repair = hint or (f"Use one of: {', '.join(few)}." if few else "`cnil-kg schema description` lists them.")
            raise self._error(f"{key.name} has no value {_shown(event)}", event, repair)
        if value not in key.values:
            self._check_iri(event)
        return dumps(value, ensure_ascii=False)

    def _check_iri(self, event: Any) -> None:
        value = str(event.value)
        if not _IRI.fullmatch(value):
            repair = "Write a name without spaces or an IRI; a text for people goes under title."
            raise self._error(f"{_shown(event)} names nothing", event, repair)
        prefix, colon, _ = value.partition(":")
        if colon and not _SCHEME.match(value) and prefix not in self._prefixes:
            raise self._unknown_prefix(prefix, event)

    def _unknown_prefix(self, prefix: str, event: Any) -> InputError:
        repair = (
            nearest(prefix, self._prefixes) or f"Declare it: `prefixes:`, then `  {printable(prefix)}: https://...`."
        )
        return self._error(f"the prefix {printable(prefix)} is unknown", event, repair)

    def _error(self, what: str, event: Any, repair: str) -> InputError:
        return InputError(what, f"{self._name}:{event.start_mark.line + 1}", repair)


def _shown(event: Any) -> str:
    text = printable(" ".join(str(event.value).split()))
    return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'


def _length(events: list[Any], start: int) -> int:
    """How many events the value at `start` has after its first."""
    depth = 0
    for count, event in enumerate(events[start:]):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth == 0:
            return count
    return 0


def _named(events: list[Any]) -> dict[int, bool]:
    """For the position of each mapping, whether it needs no name: it has an `id`, is a value, or only lists nodes."""
    found: dict[int, bool] = {}
    open_: list[tuple[int, bool, bool]] = []
    for position, event in enumerate(events):
        expects = bool(open_) and open_[-1][1] and open_[-1][2]
        if isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
        elif expects and isinstance(event, yaml.ScalarEvent):
            if event.value in ("id", "value", "graph"):
                found[open_[-1][0]] = True
            open_[-1] = (open_[-1][0], True, False)
            continue
        if isinstance(event, yaml.CollectionStartEvent):
            if open_ and not expects and open_[-1][1]:
                open_[-1] = (open_[-1][0], True, True)
            mapping = isinstance(event, yaml.MappingStartEvent)
            if mapping:
                found[position] = False
            open_.append((position, mapping, True))
        elif isinstance(event, yaml.ScalarEvent) and open_ and open_[-1][1]:
            open_[-1] = (open_[-1][0], True, True)
    return found
