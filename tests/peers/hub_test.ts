/** The cache and the token ids against Python's own libraries: what one of us writes, the other reads. */
import assert from "node:assert/strict";
import { hubFolder } from "../../lib/hub/mod.ts";
import { loadChatFormatOf } from "../../lib/tokens/mod.ts";
import { commitOf, type FakeHub, freshEnv, startHub } from "../hub/_hub.ts";
import { llamaFiles, smallFiles } from "../tokens/_small.ts";
import { pythonOf } from "./_peers.ts";

const CONTENTS = ["Hello  world\n\n\nx", " 12+34=46 ", "\nd'\u00e9t\u00e9 \u6f22\u5b57 \u{1f642}", "a\r\nb\tc"];

/** The formats as their documentation has them, without what `auto` has to find out. */
const TEMPLATES = {
  llama: "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n" +
    "{{ m['content'] }}<|eot_id|>{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}",
  chatml: "{% for m in messages %}{{ '<|im_start|>' }}{{ m['role'] }}{{ '\n' }}{{ m['content'] }}{{ '<|im_end|>\n' }}" +
    "{% endfor %}{{ '<|im_start|>assistant\n' }}",
};

/** Runs a Python program that prints JSON. */
async function python(home: string, hub: FakeHub, offline: boolean, program: string, input: unknown): Promise<unknown> {
  const { success, stdout, stderr } = await new Deno.Command(pythonOf("skyrl"), {
    args: ["-c", `import json, sys\ndata = json.loads(sys.argv[1])\n${program}`, JSON.stringify(input)],
    cwd: home,
    env: { HF_HOME: home, HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: offline ? "1" : "0", HF_HUB_DISABLE_XET: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function smallHub(): FakeHub {
  const files = { "a.json": "{}", "deep/b.bin": "some bytes" };
  return startHub({ "org/small": { commit: commitOf(1), files, large: ["deep/b.bin"] } });
}

Deno.test("peers: Python's huggingface_hub finds what we have cached, and knows what we know to be absent", async () => {
  await using hub = smallHub();
  await using at = await freshEnv(hub);
  const paths = ["a.json", "deep/b.bin", "absent.txt"];
  const { folder } = await hubFolder({ repo: "org/small", files: paths }, { env: at.env });
  const program = `
from huggingface_hub import try_to_load_from_cache
print(json.dumps([p if isinstance(p := try_to_load_from_cache("org/small", name), str) else type(p).__name__ for name in data]))`;
  const found = await python(at.home, hub, true, program, [...paths, "never_asked.txt"]);
  assert.deepEqual(found, [`${folder}/a.json`, `${folder}/deep/b.bin`, "object", "NoneType"]);
});

Deno.test("peers: we find what Python's huggingface_hub has cached, without a request", async () => {
  await using hub = smallHub();
  await using at = await freshEnv(hub);
  const program = `
from huggingface_hub import hf_hub_download
print(json.dumps([hf_hub_download("org/small", name) for name in data]))`;
  const theirs = await python(at.home, hub, false, program, ["a.json", "deep/b.bin"]);
  const env = (name: string) => name === "HF_HUB_OFFLINE" ? "1" : at.env(name);
  const options = { env, fetch: () => Promise.reject(new Error("a request was made")) };
  const { folder, files } = await hubFolder({ repo: "org/small", files: ["a.json", "deep/b.bin"] }, options);
  assert.deepEqual(files.map((path) => `${folder}/${path}`), theirs);
});

Deno.test("peers: chats have the ids that transformers gives them, from a cache that we have filled", async () => {
  const files = { "org/llama": llamaFiles(), "org/chatml": smallFiles() };
  await using hub = startHub(
    Object.fromEntries(Object.entries(files).map(([name, files]) => [name, { commit: commitOf(1), files }])),
  );
  await using at = await freshEnv(hub);
  const program = `
from transformers import PreTrainedTokenizerFast
tokenizer = PreTrainedTokenizerFast.from_pretrained(data["repo"])
print(json.dumps([tokenizer.apply_chat_template(chat, chat_template=data["template"], tokenize=True, return_dict=False)
    for chat in data["chats"]]))`;
  const chats = CONTENTS.map((content) => [
    { role: "system", content: "Be brief." } as const,
    { role: "user", content } as const,
  ]);
  for (const [name, template] of Object.entries(TEMPLATES)) {
    const model = { model: `org/${name}`, renderer_name: name === "llama" ? "auto" : "chatml" };
    const format = await loadChatFormatOf(model, { env: at.env });
    const theirs = await python(at.home, hub, true, program, { repo: `org/${name}`, template, chats });
    assert.deepEqual(chats.map((chat) => format.encodePrompt(chat)), theirs);
  }
});
