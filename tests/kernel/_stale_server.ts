/** Stands in for a language server that is behind: only every third completion is of the text that stands there now. */

const OLD = [{ label: "abstract", kind: 14 }, { label: "hall", kind: 6 }];
const NOW = [{ label: "sweep", kind: 2 }];

let asked = 0;

function result(method: string): unknown {
  if (method === "textDocument/completion") return { isIncomplete: false, items: ++asked % 3 === 0 ? NOW : OLD };
  return method === "initialize" ? { capabilities: {} } : null;
}

let text = "";
for await (const part of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  text += part;
  for (let frame; (frame = /^Content-Length: (\d+)\r\n\r\n/.exec(text)) !== null;) {
    const end = frame[0].length + Number(frame[1]);
    if (text.length < end) break;
    const { id, method } = JSON.parse(text.slice(frame[0].length, end));
    text = text.slice(end);
    if (id === undefined || method === undefined) continue;
    const body = JSON.stringify({ jsonrpc: "2.0", id, result: result(method) });
    await Deno.stdout.write(new TextEncoder().encode(`Content-Length: ${body.length}\r\n\r\n${body}`));
  }
}
