"""Graphs as networkx has them: the one place that finds out whether it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnil_kg.errors import InputError

if TYPE_CHECKING:
    from networkx import DiGraph


def new_graph() -> DiGraph[Any]:
    """An empty graph.

    Raises:
        InputError: the library is not installed.
    """
    try:
        from networkx import DiGraph  # noqa: PLC0415
    except ImportError as error:
        raise not_installed() from error
    return DiGraph()


def not_installed() -> InputError:
    """What to say when a library of the extra `graphs` is missing."""
    what = "graphs need packages that are not installed (networkx, pygraphviz)"
    return InputError(what, "", "Install them with: pip install 'cnil-kg[graphs]'.")
