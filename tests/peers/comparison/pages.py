"""Reads a report as a browser would, and tells which numbers it shows: each `<data value data-of>` with its text, and every
digit that stands in a cell of a table of numbers and is no such element."""

import math
import re
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "path", "circle", "line", "rect", "wbr"}
NUMBER = re.compile(r"[-\u2212+]?\d[\d,\u2009\u202f\u00a0]*(?:\.\d+)?(?:e[-\u2212+]?\d+)?")


@dataclass
class Shown:
    """A figure on the page."""

    value: str
    of: str
    text: str = ""


class Page(HTMLParser):
    """Collects figures, and what stands in tables besides."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.figures, self.loose, self.open = [], [], []
        self.cell = None

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            return
        named = dict(attributes)
        self.open.append((tag, named.get("id")))
        if tag == "data":
            self.figures.append(Shown(named.get("value", ""), named.get("data-of") or ""))
        if tag == "td":
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag == "td" and self.cell is not None:
            if re.search(r"\d", self.cell):
                self.loose.append((self.section(), self.cell.strip()))
            self.cell = None
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if any(tag == "data" for tag, _ in self.open):
            self.figures[-1].text += text
        elif self.cell is not None:
            # What is known by heart is no figure: the level of an interval.
            self.cell += re.sub(r"95\s*%", "", text)

    def section(self):
        named = [name for tag, name in self.open if name and tag in ("section", "article", "div")]
        return named[-1] if named else ""


def read_page(html):
    page = Page()
    page.feed(html)
    page.close()
    return page


def as_number(text):
    """A number as people write it."""
    plain = re.sub(r"[,\u2009\u202f\u00a0]", "", text).replace("\u2212", "-")
    return float(plain), len(re.sub(r"e.*", "", plain).partition(".")[2])


def wrong_text(value, text):
    """What is wrong with how a figure is shown; None: nothing. It may be in per cent or in points."""
    if value is None:
        return f"shows {text!r} of nothing" if re.search(r"\d", text) else None
    found = NUMBER.findall(text)
    if len(found) != 1:
        return f"shows {text!r}: not one number"
    number, digits = as_number(found[0])
    scales = (100,) if re.search(r"%|point", text) else (1, 100)
    if re.search(r"<|below|under|less than", text):
        return None if any(abs(value * scale) < number for scale in scales) else f"shows {text!r} of {value}"
    if re.search(r">|above|over|more than", text):
        return None if any(value * scale > number for scale in scales) else f"shows {text!r} of {value}"
    room = 0.5 * 10.0**-digits
    right = any(
        math.isclose(number, value * scale, rel_tol=1e-12, abs_tol=room * (1 + 1e-9)) for scale in scales
    )
    unsigned = abs(abs(value) - number) <= room and re.search(r"fewer|less|worse|lost|lower", text)
    return None if right or unsigned else f"shows {text!r} of {value}"
