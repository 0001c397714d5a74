"""The errors a user can meet: each says what, where, and how to repair."""

from __future__ import annotations


class CnilKgError(Exception):
    """Base of every expected error.

    Args:
        what: one sentence saying what is wrong.
        where: file and line (`project.ttl:12`) or IRI, as the user typed it; empty when there is none.
        repair: one sentence saying how to repair; may be empty.
    """

    code = "error"

    def __init__(self, what: str, where: str = "", repair: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.repair = what, where, repair

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        if not self.repair:
            return f"{place}{self.what}"
        stop = "" if self.what.endswith((".", "?", "!", ":")) else "."
        return f"{place}{self.what}{stop} {self.repair}"


class InputError(CnilKgError):
    """Something in what the user gave cannot be read, or there is nothing to examine (exit code 2)."""

    code = "input"


class UnknownTermError(CnilKgError):
    """A name asked for (a rule id, a question, a value) does not exist (exit code 2)."""

    code = "unknown-term"


class RuleLoadError(CnilKgError):
    """A rule, axiom or shape of the rulebook cannot be used (exit code 3)."""

    code = "rule"


class EngineError(CnilKgError):
    """A fault of ours while reasoning or validating (exit code 3)."""

    code = "engine"


class QueryError(InputError):
    """A SPARQL query that cannot be run: syntax, something refused, a parameter (exit code 2, HTTP 400)."""

    code = "query"


FAULTS = (RuleLoadError.code, EngineError.code)
"""The codes of the errors that are our fault (exit code 3)."""
