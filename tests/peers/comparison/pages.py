"""Reads a report as a browser would, and tells which numbers it shows: each `<data value data-of>` with its text and the
sentence it stands in, and every digit in a cell of a table that is no such element."""

import json
import math
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nbformat

VOID = {"meta", "link", "br", "hr", "img", "input", "col", "path", "circle", "line", "rect", "wbr"}
BLOCKS = {"p", "li", "td", "figcaption", "summary", "caption"}
NUMBER = re.compile(r"[-\u2212+]?\d[\d,\u2009\u202f\u00a0]*(?:\.\d+)?(?:e[-\u2212+]?\d+)?")
DOWNWARDS = re.compile(r"fewer|less|worse|lost|lower|below")
# Sections whose tables hold settings; what is said there of figures is marked all the same.
SETTINGS = re.compile(r"what was compared|how to reproduce", re.I)


@dataclass
class Block:
    """A sentence, or a cell of a table."""

    section: str
    tag: str
    text: str = ""
    # Without the figures in it.
    loose: str = ""
    figures: list = field(default_factory=list)


@dataclass
class Shown:
    """A figure on the page."""

    value: str
    of: str
    block: Block
    text: str = ""


class Page(HTMLParser):
    """Collects figures, and what stands in tables besides."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.figures, self.blocks, self.open = [], [], []
        self.section, self.block = "", Block("", "")

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            return
        named = dict(attributes)
        self.open.append(tag)
        if tag == "h2":
            self.section = ""
        if tag in BLOCKS:
            self.block = Block(self.section, tag)
            self.blocks.append(self.block)
        if tag == "data":
            self.figures.append(Shown(named.get("value", ""), named.get("data-of") or "", self.block))
            self.block.figures.append(self.figures[-1])

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.block = Block(self.section, "")
        if tag in VOID or tag not in self.open:
            return
        while self.open.pop() != tag:
            pass

    def handle_data(self, text):
        if "h2" in self.open:
            self.section += text
        self.block.text += text
        if "data" in self.open:
            self.figures[-1].text += text
        else:
            self.block.loose += text


def read_page(html):
    page = Page()
    page.feed(html)
    page.close()
    return page


def html_of(path):
    """The HTML of a report: of a notebook, its headings and its outputs'."""
    if path.suffix == ".html":
        return path.read_text(encoding="utf-8")
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    pieces = []
    for cell in book.cells:
        if cell.cell_type == "markdown":
            pieces += [f"<h2>{title}</h2>" for title in re.findall(r"^##? (.*)", cell.source, re.M)]
        pieces += ["".join(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", [])]
    return "\n".join(pieces)


def as_number(text):
    """A number as people write it, and how far it may be off by rounding."""
    plain = re.sub(r"[,\u2009\u202f\u00a0]", "", text).replace("\u2212", "-")
    digits = len(re.sub(r"e.*", "", plain).partition(".")[2])
    return float(plain), 0.5 * 10.0**-digits


def wrong_text(shown, value):
    """What is wrong with how a figure is shown; None: nothing. It may be in per cent or in points."""
    text = shown.text
    if value is None:
        return f"shows {text!r} of nothing" if re.search(r"\d", text) else None
    found = NUMBER.findall(text)
    if len(found) != 1:
        return f"shows {text!r}: not one number"
    number, room = as_number(found[0])
    values = [value, 100 * value] if "%" not in text else [100 * value]
    if re.search(r"<|below|under", text):
        return None if any(one < number for one in values) else f"shows {text!r} of {value}"
    # "13.3 points less" is said of a difference of -13.3.
    if value < 0 < number and DOWNWARDS.search(shown.block.loose):
        values = [-one for one in values]
    # "about 210 problems": two digits that count.
    if shown.of.endswith("/problems_needed") and "about" in shown.block.loose and number >= 100:
        room = max(room, 0.5 * 10.0 ** (math.floor(math.log10(number)) - 1))
    right = any(abs(number - one) <= room * (1 + 1e-9) for one in values)
    return None if right else f"shows {text!r} of {value}"


VERDICTS = {"better": re.compile(r" more accurate than "), "worse": re.compile(r" less accurate than "), "not_told_apart": re.compile("cannot be told")}


def wrong_words(block, result):
    """Sentences about one difference have to say what its test says."""
    of = {match[1] for one in block.figures if (match := re.match(r"/differences/(\d+)/", one.of))}
    said = [verdict for verdict, words in VERDICTS.items() if words.search(block.loose)]
    if block.tag == "td" or len(of) != 1 or not said:
        return None
    index = of.pop()
    verdict = result["differences"][int(index)]["verdict"]
    return None if said == [verdict] else f"/differences/{index} is {verdict}, and the text says {said}: {block.text[:120]!r}"


def loose_numbers(page, names):
    """Cells of tables with digits that are no figures. What has a name is called by it, and of an outcome that nobody had
    there is no figure."""
    for block in page.blocks:
        if block.tag != "td" or SETTINGS.search(block.section):
            continue
        left = block.loose
        for name in names:
            left = left.replace(name, "")
        if re.search(r"\d", left) and left.strip() != "0":
            yield f"in a table of {block.section!r} stands {block.text!r}, which is no figure"


def check_page(path, values, result, facts):
    """Every figure of a page against the leaf of `result.json` it says it is of. Returns what is wrong, and the figures."""
    page, wrong = read_page(html_of(path)), []
    for shown in page.figures:
        if shown.of not in values:
            wrong.append(f"{shown.text!r} is of {shown.of!r}, which is not in result.json")
            continue
        value = values[shown.of]
        if (None if shown.value in ("", "null") else json.loads(shown.value)) != value:
            wrong.append(f"{shown.of} is written as {shown.value}, and is {value!r}")
        wrong.append(said and f"{shown.of} {said}" if (said := wrong_text(shown, value)) else None)
    wrong += [wrong_words(block, result) for block in page.blocks]
    names = [one["name"] for key in ("cells", "policies", "templates") for one in facts[key]]
    for group in result.get("training", {}).get("groups", []):
        names += [f"{key}: {value}" for key, value in group["settings"].items()] + group["runs"]
    names.sort(key=len)
    wrong += loose_numbers(page, names[::-1])
    if not any("/cells/0/correct/value" == shown.of for shown in page.figures):
        wrong.append("does not show the accuracy of the first cell")
    return [f"{path.name}: {one}" for one in wrong if one], page.figures
