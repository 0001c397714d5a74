"""Inline JSON-LD contexts: what a key stands for."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnil_kg.errors import InputError
from cnil_kg.inputs.guards import printable
from cnil_kg.inputs.jsontree import Json, Object, listed

_SCHEMES = frozenset({"http", "https", "urn", "tag", "did", "mailto", "ftp", "cnil-kg"})


@dataclass(frozen=True)
class Context:
    """An active context: what each term stands for (None: left out on purpose) and what goes with it."""

    base: str
    vocab: str | None = None
    terms: dict[str, str | None] = field(default_factory=dict)
    containers: dict[str, frozenset[str]] = field(default_factory=dict)
    scoped: dict[str, Json] = field(default_factory=dict)
    reverse: frozenset[str] = frozenset()

    def expand(self, key: str) -> str | None:
        """The IRI or keyword behind a key, "" for one left out on purpose, None for an unknown one."""
        if key.startswith("@"):
            return key
        if key in self.terms:
            return self.terms[key] or ""
        prefix, colon, rest = key.partition(":")
        if not colon:
            return None if self.vocab is None else self.vocab + key
        if rest.startswith("//") or prefix in _SCHEMES or prefix == "_":
            return key
        start = self.terms.get(prefix)
        return start + rest if start else None

    def identify(self, value: str) -> str | None:
        """The IRI behind an `@id`; a blank node keeps its label."""
        if value.startswith("_:"):
            return value
        prefix, colon, rest = value.partition(":")
        if colon and not rest.startswith("//") and self.terms.get(prefix):
            return f"{self.terms[prefix]}{rest}"
        return value if colon else self.base + value

    def extended(self, added: Json, name: str, base: str) -> Context:
        """The context after a local one.

        Raises:
            InputError: the local one, in the document `name`, is to be fetched.
        """
        context = self
        for part in listed(added):
            if part is None:
                context = Context(base)
            elif isinstance(part, str):
                raise not_inline(name, f"<{part}>")
            elif isinstance(part, Object):
                if "@import" in part:
                    raise not_inline(name, "@import")
                context = _Local(part).after(context)
        return context


def not_inline(name: str, context: str) -> InputError:
    """The one message about contexts to be fetched."""
    what = f"The JSON-LD context {printable(context)} is not inline, and nothing is fetched."
    return InputError(what, name, "Put the context itself in the document.")


class _Local:
    """One local context, laid over an active one."""

    def __init__(self, added: Object) -> None:
        self._added = added
        self._raw = {key: value for key, _, value in added.entries if not key.startswith("@")}

    def after(self, context: Context) -> Context:
        kept = {key: iri for key, iri in context.terms.items() if key not in self._raw}
        base = self._added.get("@base")
        base = base if isinstance(base, str) else context.base
        vocab = context.vocab
        if "@vocab" in self._added:
            vocab = self._vocabulary(Context(base, vocab, kept))
        draft = Context(base, vocab, kept)
        terms = kept | {key: self._defined(key, draft, frozenset()) for key in self._raw}
        containers = {key: found for key, found in context.containers.items() if key not in self._raw}
        scoped = {key: found for key, found in context.scoped.items() if key not in self._raw}
        reverse = set(context.reverse) - set(self._raw)
        for key, value in self._raw.items():
            if isinstance(value, Object):
                containers[key] = _containers(value)
                scoped |= {key: value.get("@context")} if "@context" in value else {}
                reverse |= {key} if "@reverse" in value else set()
        return Context(base, vocab, terms, containers, scoped, frozenset(reverse))

    def _vocabulary(self, draft: Context) -> str | None:
        value = self._added.get("@vocab")
        if not isinstance(value, str):
            return None
        return self._expanded(value, draft, frozenset()) or value

    def _defined(self, key: str, draft: Context, asked: frozenset[str]) -> str | None:
        """What a term stands for, its prefix and aliases worked out; None when that leads nowhere."""
        value = self._raw[key]
        if isinstance(value, Object):
            value = next((value.get(name) for name in ("@id", "@reverse") if name in value), key)
        if not isinstance(value, str) or key in asked:
            return None
        if value != key and value in self._raw:
            return self._defined(value, draft, asked | {key})
        return self._expanded(value, draft, asked | {key})

    def _expanded(self, value: str, draft: Context, asked: frozenset[str]) -> str | None:
        prefix, colon, rest = value.partition(":")
        if colon and prefix in self._raw and prefix not in asked and not rest.startswith("//"):
            start = self._defined(prefix, draft, asked)
            return start + rest if start else None
        return draft.expand(value) or (value if colon else None)


def _containers(definition: Object) -> frozenset[str]:
    found = {item for item in listed(definition.get("@container")) if isinstance(item, str)}
    return frozenset(found | ({"@json"} if definition.get("@type") == "@json" else set()))
