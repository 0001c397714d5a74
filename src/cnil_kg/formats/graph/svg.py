"""Placed graphs -> SVG: one drawing that needs nothing else, its texts escaped, its colours never alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from cnil_kg.formats.graph.boxes import LINE, LOOKS, MARGIN, SIZE, Box, Panel, text_width, tidy
from cnil_kg.formats.graph.layout import Arrow, Placed, Point, place

_FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_BORDER, _TITLE = 16, 30
_STYLES = {"word": ' font-weight="bold"', "text": "", "note": ' fill="#444444" font-style="italic"'}


def svg(panels: Sequence[Panel], title: str, description: str, direction: str = "RL", *, titled: bool = True) -> str:
    """The graphs under each other, each under its title.

    Args:
        panels: the graphs.
        title, description: what the drawing is, for those who do not see it.
        direction: where arrows point.
        titled: False where the titles stand beside the drawing.
    """
    placed = [(panel, place(panel.graph, direction)) for panel in panels]
    titles = [text_width(tidy(q.title), bold=True) * 1.25 for q in panels] if titled else []
    width = max([p.width for _, p in placed] + titles + [300])
    gap = _TITLE if titled else 0
    height = sum(p.height + gap + _TITLE for _, p in placed)
    size = f"{width + 2 * _BORDER:.0f}", f"{height + _BORDER:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}" role="img" font-family="{_FONT}" font-size="{SIZE}">',
        f"<title>{_safe(title)}</title>",
        f"<desc>{_safe(description)}</desc>",
        f'<rect width="{size[0]}" height="{size[1]}" fill="#ffffff"/>',
    ]
    top = 0.0
    for panel, where in placed:
        lines.append(f'<g transform="translate({_BORDER} {top + gap:.1f})">')
        if titled:
            lines.append(f'<text y="-6" font-size="15" font-weight="bold">{_safe(panel.title)}</text>')
        lines.append('<g transform="translate(0 8)">')
        lines += [*_drawn(panel, where), "</g>", "</g>"]
        top += where.height + gap + _TITLE
    return "\n".join([*lines, "</svg>", ""])


def _drawn(panel: Panel, where: Placed) -> Iterator[str]:
    for arrow in where.arrows:
        yield from _arrow(arrow)
    for node, box in panel.graph.nodes(data="box"):
        yield from _box(box, where.boxes[node])


def _box(box: Box, middle: Point) -> Iterator[str]:
    width, height = box.size()
    left, top = middle[0] - width / 2, middle[1] - height / 2
    look = LOOKS[box.kind]
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    paint = f'fill="{look.fill}" stroke="{look.line}" stroke-width="1.5"{dash}'
    yield f'<g class="{box.kind}">'
    yield f"<title>{_safe(f'{box.word}: {box.text}' if box.text else box.word)}</title>"
    yield from _outline(look.shape, (left, top), (width, height), paint)
    inset = 12 if look.shape in ("ends", "cut") else 0
    y = top + MARGIN + SIZE
    for style, text in box.lines():
        yield f'<text x="{left + MARGIN + inset:.1f}" y="{y:.1f}"{_STYLES[style]}>{_safe(text)}</text>'
        y += LINE
    yield "</g>"


def _outline(shape: str, corner: Point, size: Point, paint: str) -> Iterator[str]:
    (x, y), (w, h) = corner, size
    if shape in ("ends", "cut"):
        cut = h / 2 if shape == "ends" else 10
        cut = min(cut, 14)
        points = [(x + cut, y), (x + w - cut, y), (x + w, y + cut), (x + w, y + h - cut)]
        points += [(x + w - cut, y + h), (x + cut, y + h), (x, y + h - cut), (x, y + cut)]
        if shape == "ends":
            points = [(x + cut, y), (x + w - cut, y), (x + w, y + h / 2), (x + w - cut, y + h), (x + cut, y + h)]
            points.append((x, y + h / 2))
        yield f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}" {paint}/>'
        return
    radius = 10 if shape == "round" else 2
    yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{w}" height="{h}" rx="{radius}" {paint}/>'
    if shape == "double":
        inner = f'x="{x + 3:.1f}" y="{y + 3:.1f}" width="{w - 6}" height="{h - 6}"'
        yield f'<rect {inner} fill="none" stroke="{paint.partition("stroke=")[2].split(chr(34))[1]}"/>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    (x, y), *rest = arrow.points
    curve = " ".join(f"{a:.1f},{b:.1f}" for a, b in rest)
    yield f'<path d="M{x:.1f},{y:.1f} C{curve}" fill="none" stroke="#555555"/>'
    (a, b), (c, d) = arrow.points[-1], arrow.tip
    length = ((c - a) ** 2 + (d - b) ** 2) ** 0.5 or 1
    u, v = -(d - b) / length * 3.5, (c - a) / length * 3.5
    yield f'<polygon points="{c:.1f},{d:.1f} {a + u:.1f},{b + v:.1f} {a - u:.1f},{b - v:.1f}" fill="#555555"/>'
    if arrow.word and arrow.middle is not None:
        m, n = arrow.middle
        yield f'<text x="{m:.1f}" y="{n + 4:.1f}" text-anchor="middle" font-size="11">{_safe(arrow.word)}</text>'


def _safe(text: str) -> str:
    return escape(tidy(text))
