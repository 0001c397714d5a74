"""Where boxes and arrows go: Graphviz, in this process, on boxes whose sizes are given; and the graph in DOT.

Only sizes go to Graphviz, no text: what a description says can turn nothing there, and no font is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnil_kg.formats.graph.boxes import LINE, LOOKS, Panel, text_width, tidy
from cnil_kg.graphs import not_installed

if TYPE_CHECKING:
    from networkx import DiGraph

Point = tuple[float, float]
_INCH = 72
_SIDES = {"RL": ("w", "e"), "LR": ("e", "w")}
"""For each direction, the sides at which arrows leave a box and reach the next."""
_SHAPES = {"box": "box", "round": "box", "cut": "octagon", "ends": "hexagon", "double": "box"}


@dataclass(frozen=True)
class Arrow:
    """An arrow: the points of its Bézier curve, its end, its word and the middle of it."""

    points: tuple[Point, ...]
    tip: Point
    word: str
    middle: Point | None


@dataclass(frozen=True)
class Placed:
    """A graph with its places, in pixels from the top left: the middle of each box, and the arrows."""

    width: float
    height: float
    boxes: dict[str, Point]
    arrows: tuple[Arrow, ...]


def place(graph: DiGraph[str], direction: str = "RL") -> Placed:
    """Lay a graph out.

    Args:
        graph: nodes with a `box`, edges with a `word`.
        direction: where arrows point, `RL` or `LR`.

    Raises:
        InputError: the library is not installed.
    """
    try:
        from pygraphviz import AGraph  # noqa: PLC0415
    except ImportError as error:
        raise not_installed() from error
    drawn = AGraph(string=_sizes(graph, direction))
    drawn.layout(prog="dot")
    _, _, width, height = (float(n) for n in drawn.graph_attr["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return float(x), height - float(y)

    boxes = {node: point(drawn.get_node(node).attr["pos"]) for node in graph}
    arrows = []
    for start, end, word in graph.edges(data="word"):
        edge = drawn.get_edge(start, end)
        tip, *points = edge.attr["pos"].split()
        middle = point(edge.attr["lp"]) if word else None
        arrows.append(Arrow(tuple(map(point, points)), point(tip.removeprefix("e,")), word, middle))
    return Placed(width, height, boxes, tuple(arrows))


def _sizes(graph: DiGraph[str], direction: str) -> str:
    """The graph for Graphviz: names of our own and sizes."""
    lines = [
        f"digraph {{ graph [rankdir={direction}, nodesep=0.22, ranksep=0.7]",
        'node [shape=box, fixedsize=true, label=""]',
        f"edge [arrowsize=0.8, tailport={_SIDES[direction][0]}, headport={_SIDES[direction][1]}]",
    ]
    for node, box in graph.nodes(data="box"):
        width, height = box.size()
        lines.append(f"{node} [width={width / _INCH:.4f}, height={height / _INCH:.4f}]")
    for start, end, word in graph.edges(data="word"):
        size = f'FIXEDSIZE="TRUE" WIDTH="{int(text_width(word)) + 8}" HEIGHT="{LINE}" BORDER="0"'
        lines.append(f"{start} -> {end}" + (f" [label=<<TABLE {size}><TR><TD></TD></TR></TABLE>>]" if word else ""))
    return "\n".join([*lines, "}"])


def dot(panels: Sequence[Panel], name: str, direction: str = "RL") -> str:
    """The graphs in DOT, each a cluster, for those who draw with Graphviz or read it elsewhere."""
    lines = [f"digraph {_quoted(name)} {{", f"  rankdir={direction};", '  node [shape=box, style="filled"];']
    for number, panel in enumerate(panels):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(panel.title)};"]
        lines += [
            f"    p{number}{node} [label={_quoted(*(text for _, text in box.lines()))}, {_look(box.kind)}];"
            for node, box in panel.graph.nodes(data="box")
        ]
        for start, end, word in panel.graph.edges(data="word"):
            label = f" [label={_quoted(word)}]" if word else ""
            lines.append(f"    p{number}{start} -> p{number}{end}{label};")
        lines.append("  }")
    return "\n".join([*lines, "}", ""])


def _look(kind: str) -> str:
    look = LOOKS[kind]
    style = ["filled", *(["rounded"] if look.shape == "round" else []), *(["dashed"] if look.dash else [])]
    twice = ", peripheries=2" if look.shape == "double" else ""
    return (
        f'shape={_SHAPES[look.shape]}, style="{",".join(style)}", fillcolor="{look.fill}", color="{look.line}"{twice}'
    )


def _quoted(*lines: str) -> str:
    """Lines as a string of DOT: a quote ends nothing, a backslash stands for itself."""
    return '"' + "\\n".join(tidy(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
