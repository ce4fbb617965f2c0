"""What Jupyter's own libraries make of the notebook of a report.

Run as `report_claims.py <report.ipynb>`, in the environment that has nbclient and nbconvert. Prints JSON: whether the file
is valid and as nbformat writes it, the cells whose outputs differ when the notebook is executed, and the pictures in the
page that nbconvert makes of it.
"""

import json
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

VEGA_LITE = "application/vnd.vegalite.v5+json"


def outputs_of(cell):
    return json.loads(json.dumps(cell.get("outputs", [])))


def main():
    path = Path(sys.argv[1])
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    plots = [cell for cell in notebook.cells if any(VEGA_LITE in out.get("data", {}) for out in cell.get("outputs", []))]

    page, _ = HTMLExporter().from_notebook_node(notebook)
    # The body alone: the page's own styles and scripts hold pictures, too.
    shown = re.findall(r'<div class="[^"]*jp-RenderedSVG[^"]*"[^>]*>\s*(<svg|<img)', page)

    executed = nbformat.reads(text, as_version=4)
    client = NotebookClient(executed, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    client.execute()
    differing = [
        before["id"]
        for before, after in zip(notebook.cells, executed.cells, strict=True)
        if outputs_of(before) != outputs_of(after) or before.get("execution_count") != after.get("execution_count")
    ]
    print(
        json.dumps(
            {
                "canonical": nbformat.writes(notebook) + "\n" == text,
                "plots": len(plots),
                "shown": len(shown),
                "differing": differing,
            }
        )
    )


if __name__ == "__main__":
    main()
