import assert from "node:assert/strict";
import { defaultsFor, referenceTable, resolveConfig } from "../../lib/config/mod.ts";

const KEYS = Object.keys(resolveConfig({}, { environment: {} }).config);

Deno.test("referenceTable() shows every key once, with a default that can be pasted", () => {
  const text = referenceTable();
  for (const key of KEYS) assert.equal(text.split(`\n  ${key}=`).length + Number(text.startsWith(`  ${key}=`)), 2, key);
  assert.ok(text.includes(`learning_rate=${defaultsFor("local").learning_rate}   (tinker: 0.00001)`));
});

Deno.test("referenceTable() follows the defaults: nothing in it is typed twice", () => {
  const { groups_per_batch } = defaultsFor("local");
  assert.ok(referenceTable().includes(`groups_per_batch=${groups_per_batch}   (tinker: 100)`));
});

Deno.test("referenceTable() is also a page, with one row a key", () => {
  const rows = referenceTable("markdown").split("\n");
  assert.equal(rows.length, KEYS.length + 2);
  for (const row of rows) assert.equal(row.split("|").length, 7, row);
});
