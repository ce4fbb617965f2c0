"""What a kernel does with the stock clients of Jupyter, counted: one JSON line a measurement.

Usage: kernel_claims.py <kernel name> <cells> <interrupts>. Nothing here knows which kernel it looks at: the same counts are
taken of ours and of Deno's own, and the test says what they have to be.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

import nbformat
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

KERNEL, CELLS, INTERRUPTS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
LARGE = 16 * 1024 * 1024


def tell(name, **counts):
    print(json.dumps({"name": name, **counts}), flush=True)


def cell_code(i):
    """A log, a display and a trailing value."""
    return (
        f'console.log("log {i}");\n'
        f'await Deno.jupyter.display({{ "text/plain": "display {i}" }}, {{ raw: true }});\n'
        f'"value {i}"'
    )


def said(output):
    """The text of an output, without colours and quotes."""
    if output["output_type"] == "stream":
        return output["text"].strip()
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    text = "".join(output["data"]["text/plain"])
    return text.replace("\x1b[32m", "").replace("\x1b[39m", "").strip().strip('"')


def notebook_of(codes):
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    metadata = {"kernelspec": {"name": KERNEL, "display_name": KERNEL, "language": "typescript"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def faults(cells):
    """Outputs that are not there, and outputs that do not belong where they are."""
    lost = misplaced = 0
    for i, cell in enumerate(cells):
        want = [f"log {i}", f"display {i}", f"value {i}"]
        have = [said(output) for output in cell["outputs"]]
        lost += sum(1 for text in want if text not in have)
        misplaced += sum(1 for text in have if text not in want) + (have != want and sorted(have) == sorted(want))
    return {"lost": lost, "misplaced": misplaced}


def by_nbclient(folder):
    notebook = notebook_of([cell_code(i) for i in range(CELLS)])
    NotebookClient(notebook, timeout=60, kernel_name=KERNEL, resources={"metadata": {"path": folder}}).execute()
    nbformat.validate(notebook)
    tell("nbclient", cells=CELLS, **faults(notebook.cells))


def by_nbconvert(folder):
    path = Path(folder) / "convert.ipynb"
    nbformat.write(notebook_of([cell_code(i) for i in range(100)]), path)
    command = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", path.name]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    tell("nbconvert", cells=100, **faults(nbformat.read(path, 4).cells))


def by_papermill(folder):
    import papermill

    path = Path(folder) / "mill.ipynb"
    nbformat.write(notebook_of([cell_code(i) for i in range(20)]), path)
    papermill.execute_notebook(str(path), str(path), cwd=folder, progress_bar=False)
    tell("papermill", cells=20, **faults(nbformat.read(path, 4).cells))


class Kernel:
    """A kernel, and a client that sends whatever it likes."""

    def __init__(self, folder):
        self.folder = folder
        self.manager, self.client = start_new_kernel(kernel_name=KERNEL, cwd=folder)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def until_idle(self, message_id, seconds):
        """The outputs of a request until its idle; None when that does not come."""
        outputs = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                if not self.manager.is_alive():
                    return None
                continue
            if message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return outputs
            if message["msg_type"] not in ("status", "execute_input"):
                outputs.append(message)
        return None

    def run(self, code, seconds=20):
        return self.until_idle(self.client.execute(code), seconds)

    def value(self, code):
        """The text of a cell's trailing value; None when the kernel does not answer."""
        outputs = self.run(code, 10)
        results = [said({"output_type": m["msg_type"], **m["content"]}) for m in outputs or []]
        return results[-1] if results else None


def queued(kernel, count, logs):
    """All requests at once, as Run All sends them: is every output labelled with its own cell, before its idle?"""
    code = "for (let k = 0; k < %d; k++) console.log(`${%d}:${k}`);\nawait Deno.jupyter.display({ 'text/plain': '%d' }, { raw: true });\n%d"
    ids = {kernel.client.execute(code % (logs, i, i, i)): i for i in range(count)}
    seen = {i: [] for i in range(count)}
    idle, late, misplaced = set(), 0, 0
    end = time.monotonic() + 120
    while time.monotonic() < end and len(idle) < count:
        late_now, misplaced_now = take(kernel, ids, seen, idle)
        late += late_now
        misplaced += misplaced_now
    quiet = time.monotonic() + 1
    while time.monotonic() < quiet:
        late_now, misplaced_now = take(kernel, ids, seen, idle)
        late += late_now
        misplaced += misplaced_now
    lost = sum(logs + 2 - len(texts) for texts in seen.values())
    tell("queued", cells=count, outputs=count * (logs + 2), lost=lost, late=late, misplaced=misplaced)


def take(kernel, ids, seen, idle):
    try:
        message = kernel.client.get_iopub_msg(timeout=0.1)
    except Empty:
        return 0, 0
    owner = ids.get(message["parent_header"].get("msg_id"))
    if owner is None:
        return 0, 0
    kind, content = message["msg_type"], message["content"]
    if kind == "status":
        if content["execution_state"] == "idle":
            idle.add(owner)
        return 0, 0
    if kind == "execute_input":
        return 0, 0
    texts = content["text"].split() if kind == "stream" else [content["data"]["text/plain"].replace("\x1b[33m", "").replace("\x1b[39m", "")]
    misplaced = sum(1 for text in texts if int(text.split(":")[0]) != owner)
    for text in texts:
        seen[int(text.split(":")[0])].append(text)
    return (len(texts) if owner in idle else 0), misplaced


BUSY = {
    "computing": "while (true) {}",
    "waiting": "await new Promise((resolve) => setTimeout(resolve, 60_000));",
    "computing after waiting": "await new Promise((resolve) => setTimeout(resolve, 1)); while (true) {}",
    "waiting in a function": "const nap = async () => { for (;;) await new Promise((resolve) => setTimeout(resolve, 5)); };\nawait nap();",
    "computing in a callback": "await new Promise(() => setTimeout(() => { while (true) {} }, 1));",
    "asking the network": "await new Promise((resolve) => Deno.listen({ port: 0 }).accept().then(resolve));",
}


def interrupts(folder):
    """Stop, pressed again and again: does the cell end, and is the state still there?"""
    kernel = Kernel(folder)
    kept = lost = before = 0
    waits = []
    kernel.run("let state = 0;")
    for i in range(INTERRUPTS):
        kinds = list(BUSY)
        code = f"state = {i + 1};\n{BUSY[kinds[i % len(kinds)]]}"
        message_id = kernel.client.execute(code)
        time.sleep(0.02 + 0.013 * (i % 9))
        begun = time.monotonic()
        kernel.manager.interrupt_kernel()
        ended = kernel.until_idle(message_id, 12) is not None
        waits.append(time.monotonic() - begun)
        state = kernel.value("String(state)") if ended else None
        # On a loaded machine Stop may come before the cell's first statement: then the state is what it was before.
        if state in (str(i + 1), str(before)):
            kept += 1
            before = int(state)
            continue
        lost += 1
        before = 0
        kernel.close()
        kernel = Kernel(folder)
        kernel.run("let state = 0;")
    kernel.close()
    waits.sort()
    tell("interrupts", count=INTERRUPTS, kept=kept, lost=lost, median_seconds=round(waits[len(waits) // 2], 3), longest_seconds=round(waits[-1], 3))


def large(folder):
    """Outputs of 16 MB: do they arrive whole, and does the kernel go on?"""
    kernel = Kernel(folder)
    whole = broken = 0
    for i in range(5):
        for code in (
            f'"x".repeat({LARGE}).length; await Deno.jupyter.display({{ "text/plain": "x".repeat({LARGE}) }}, {{ raw: true }}); 1',
            f'({{ [Symbol.for("Jupyter.display")]: () => ({{ "text/plain": "y".repeat({LARGE}) }}) }})',
        ):
            try:
                outputs = kernel.run(code, 30)
            except ValueError:
                outputs = None
            sizes = [len(m["content"].get("data", {}).get("text/plain", "")) for m in outputs or []]
            if LARGE in sizes and outputs is not None:
                whole += 1
                continue
            broken += 1
            kernel.close()
            kernel = Kernel(folder)
    kernel.close()
    tell("large", bytes=LARGE, whole=whole, broken=broken)


def main():
    with tempfile.TemporaryDirectory() as folder:
        by_nbclient(folder)
        by_nbconvert(folder)
        by_papermill(folder)
        kernel = Kernel(folder)
        queued(kernel, 100, 10)
        queued(kernel, CELLS, 1)
        kernel.close()
        large(folder)
        interrupts(folder)


main()
