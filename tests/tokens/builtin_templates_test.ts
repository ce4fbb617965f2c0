import assert from "node:assert/strict";
import { RENDERER_NAMES, rendererOf } from "../../lib/config/mod.ts";
import { type ChatFormat, type ChatFormatOptions, createChatFormat } from "../../lib/tokens/mod.ts";
import type { Message } from "../../lib/vocabulary.ts";
import { llamaFiles, runs, smallFiles } from "./_small.ts";

const CHAT: readonly Message[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: " 1+1?\n" },
  { role: "assistant", content: "2" },
  { role: "user", content: "Sure?" },
];

function chatOf(
  files: Readonly<Record<string, string>>,
  options: ChatFormatOptions = {},
  change: { template?: string; config?: Readonly<Record<string, unknown>> } = {},
): ChatFormat {
  const { chat_template: _, ...config } = JSON.parse(files["tokenizer_config.json"] as string);
  const tokenizerConfig = { ...config, ...change.config };
  const tokenizer = JSON.parse(files["tokenizer.json"] as string);
  return createChatFormat({ tokenizer, tokenizerConfig, chatTemplate: change.template }, "the test", options);
}

Deno.test("a Llama 3 tokenizer without a chat template gets the plain Llama 3 format, one bos and no dates", () => {
  const chat = chatOf(llamaFiles());
  const text = "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>" +
    "<|start_header_id|>user<|end_header_id|>\n\n 1+1?\n<|eot_id|>" +
    "<|start_header_id|>assistant<|end_header_id|>\n\n2<|eot_id|>" +
    "<|start_header_id|>user<|end_header_id|>\n\nSure?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
  const tokens = chat.encodePrompt(CHAT);
  assert.equal(chat.decode(tokens), text);
  assert.equal(tokens.filter((id) => id === 0).length, 1);
  assert.deepEqual(chat.stopTokens.map((id) => chat.decode([id])), ["<|eot_id|>", "<|end_of_text|>"]);
});

Deno.test("a ChatML tokenizer without a chat template gets ChatML", () => {
  const chat = chatOf(smallFiles());
  const text = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n 1+1?\n<|im_end|>\n" +
    "<|im_start|>assistant\n2<|im_end|>\n<|im_start|>user\nSure?<|im_end|>\n<|im_start|>assistant\n";
  assert.equal(chat.decode(chat.encodePrompt(CHAT)), text);
  assert.deepEqual(chat.stopTokens.map((id) => chat.decode([id])), ["<|im_end|>", "<|endoftext|>"]);
});

Deno.test("built-in formats mask an answer with the token that ends its turn", () => {
  const chats: [ChatFormat, string][] = [[chatOf(llamaFiles()), "1:2<|eot_id|>"], [
    chatOf(smallFiles()),
    "1:2<|im_end|>",
  ]];
  for (const [chat, masked] of chats) {
    assert.deepEqual(runs(chat, chat.encodeChat(CHAT.slice(0, 3))).filter((run) => run.startsWith("1")), [masked]);
  }
});

Deno.test("auto keeps the model's own template; a name replaces it, with its stop tokens", () => {
  const own = { template: "{{ messages[0].content }}!", config: { eos_token: "<|endoftext|>" } };
  const auto = chatOf(smallFiles(), { renderer_name: "auto" }, own);
  assert.equal(auto.decode(auto.encodePrompt([{ role: "user", content: "hi" }])), "hi!");
  assert.deepEqual(auto.stopTokens, [0]);
  const named = chatOf(smallFiles(), { renderer_name: "chatml" }, own);
  const text = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n";
  assert.equal(named.decode(named.encodePrompt([{ role: "user", content: "hi" }])), text);
  assert.deepEqual(named.stopTokens, [2, 0]);
});

Deno.test("renderer names that are none, or do not fit the tokenizer, are refused with the choices", () => {
  assert.throws(() => chatOf(smallFiles(), { renderer_name: "lama3" }), {
    name: "RangeError",
    message: /one of auto, llama3, chatml, not "lama3"\. Did you mean "llama3"/,
  });
  const colon = { name: "RangeError", message: /only tokens can end them/ };
  assert.throws(() => chatOf(smallFiles(), { renderer_name: "role_colon" }), colon);
  assert.throws(() => chatOf(smallFiles(), { renderer_name: "constructor" }), { name: "RangeError" });
  assert.throws(() => chatOf(smallFiles(), { renderer_name: "llama3" }), {
    name: "RangeError",
    message: /no special token <\|start_header_id\|>/,
  });
  const plain = smallFiles()["tokenizer.json"]!.replaceAll("<|im_start|>", "<|other|>");
  assert.throws(() => chatOf({ ...smallFiles(), "tokenizer.json": plain }), {
    name: "SyntaxError",
    message: /no chat template.*\(llama3, chatml\)/,
  });
});

Deno.test("thinking switches templates that know it, is left to the template when absent, and refused by others", () => {
  const template = "{% if enable_thinking is not defined %}default{% elif enable_thinking %}on{% else %}off{% endif %}";
  const expected: [boolean | undefined, string][] = [[undefined, "default"], [true, "on"], [false, "off"]];
  for (const [thinking, text] of expected) {
    const chat = chatOf(smallFiles(), { thinking }, { template });
    assert.equal(chat.decode(chat.encodePrompt(CHAT)), text);
  }
  assert.throws(() => chatOf(smallFiles(), { thinking: false }), { name: "RangeError", message: /enable_thinking/ });
});

Deno.test("a template keeps its first line end, and a bos that it writes is not doubled", () => {
  const chat = chatOf(llamaFiles(), {}, { template: "\n{{ bos_token }}{{ messages[0].content }}" });
  assert.equal(chat.decode(chat.encodePrompt([{ role: "user", content: "a" }])), "\n<|begin_of_text|>a");
});

Deno.test("every renderer that the configuration knows is a chat format here", () => {
  for (const { template } of RENDERER_NAMES.map(rendererOf)) {
    const files = template === "llama3" ? llamaFiles() : smallFiles();
    assert.ok(chatOf(files, { renderer_name: template }).stopTokens.length > 0);
  }
});
