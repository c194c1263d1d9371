"""Write SVG pictures whose colours follow a light or a dark page."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

HUES = 4
"""Series colours: the classes ``hue0`` to ``hue3``."""

# GitHub's own colours, so that a picture looks at home there. The card keeps text readable on any other page.
_LIGHT = """
text { font-family: -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 12px; fill: #1f2328 }
.card { fill: #ffffff; stroke: #d1d9e0 }
.head { font-size: 16px; font-weight: 600 }
.title { font-size: 13px; font-weight: 600 }
.small { font-size: 11px }
.quiet { fill: #59636e }
.ours { fill: #0969da }
.theirs { fill: #afb8c1 }
.good { fill: #1a7f37; font-weight: 600 }
.bad { fill: #cf222e; font-weight: 600 }
.grid { stroke: #e4e8ec; stroke-width: 1 }
.axis { stroke: #818b98; stroke-width: 1 }
.tear { stroke: #ffffff; stroke-width: 3 }
.curve { fill: none; stroke-width: 2 }
.dashed { stroke-dasharray: 6 4 }
.dotted { stroke-dasharray: 2 3 }
.hue0 { stroke: #0969da } .hue1 { stroke: #bc4c00 } .hue2 { stroke: #1a7f37 } .hue3 { stroke: #8250df }
"""
_DARK = """
text { fill: #e6edf3 }
.card { fill: #0d1117; stroke: #3d444d }
.quiet { fill: #9198a1 }
.ours { fill: #388bfd }
.theirs { fill: #656c76 }
.good { fill: #3fb950 }
.bad { fill: #f85149 }
.grid { stroke: #21262d }
.axis { stroke: #656c76 }
.tear { stroke: #0d1117 }
.hue0 { stroke: #4493f8 } .hue1 { stroke: #db6d28 } .hue2 { stroke: #3fb950 } .hue3 { stroke: #ab7df8 }
"""


class Drawing:
    """An SVG picture under construction. Lengths are in pixels, y grows downwards."""

    def __init__(self, width: float, height: float, description: str) -> None:
        """Start a picture on a card; screen readers get the description."""
        size = {"width": _number(width), "height": _number(height), "viewBox": f"0 0 {width:g} {height:g}"}
        self._root = ElementTree.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
        ElementTree.SubElement(self._root, "title").text = description
        ElementTree.SubElement(self._root, "style").text = f"{_LIGHT}@media (prefers-color-scheme: dark) {{{_DARK}}}\n"
        self._add("rect", "card", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=8)

    def _add(self, tag: str, classes: str, **lengths: float) -> ElementTree.Element:
        attributes = {name: _number(value) for name, value in lengths.items()}
        return ElementTree.SubElement(self._root, tag, {"class": classes, **attributes})

    def text(self, x: float, y: float, text: str, classes: str = "", anchor: str = "start") -> None:
        """Write text on baseline ``y``; ``anchor`` is ``start``, ``middle`` or ``end``."""
        element = self._add("text", classes, x=x, y=y)
        element.set("text-anchor", anchor)
        element.text = text

    def bar(self, x: float, y: float, width: float, height: float, classes: str) -> None:
        """Draw a bar, at least a pixel wide so that the smallest stays visible."""
        self._add("rect", classes, x=x, y=y, width=max(width, 1), height=height)

    def line(self, x1: float, y1: float, x2: float, y2: float, classes: str) -> None:
        """Draw a straight line."""
        self._add("line", classes, x1=x1, y1=y1, x2=x2, y2=y2)

    def curve(self, points: list[tuple[float, float]], classes: str) -> None:
        """Draw a line through the points, in their order."""
        self._add("polyline", classes).set("points", " ".join(f"{_number(x)},{_number(y)}" for x, y in points))

    def write(self, path: Path) -> None:
        """Write the file; equal pictures give equal bytes."""
        ElementTree.indent(self._root)
        path.write_bytes(ElementTree.tostring(self._root, encoding="utf-8", xml_declaration=True) + b"\n")


def _number(value: float) -> str:
    return f"{round(value, 1):g}"
