import assert from "node:assert/strict";
import { join } from "node:path";
import {
  appendLines,
  asidePath,
  explainWriteError,
  isAsideName,
  pathKind,
  StorageError,
  whyNoFile,
  withoutTrailingSeparators,
  writeAside,
} from "../../lib/basics/mod.ts";

async function inTempFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "math_rl_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeAside() replaces a file, makes missing folders and leaves nothing beside it", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "a/b/file.json");
    await writeAside(path, "old");
    await Promise.all(["1", "2", "3"].map((text) => writeAside(path, text)));
    assert.match(await Deno.readTextFile(path), /^[123]$/);
    const names = [];
    for await (const { name } of Deno.readDir(join(folder, "a/b"))) names.push(name);
    assert.deepEqual(names, ["file.json"]);
  }));

Deno.test("writeAside() leaves the old content when it fails", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "kept");
    await assert.rejects(writeAside(join(folder, "file/below"), "x"), StorageError);
    assert.equal(await Deno.readTextFile(join(folder, "file")), "kept");
  }));

Deno.test("writeAside() and appendLines() say why there can be no such file, and leave nothing beside it", () =>
  inTempFolder(async (folder) => {
    const long = join(folder, "x".repeat(300));
    await Deno.mkdir(join(folder, "sub/full"), { recursive: true });
    await Deno.writeTextFile(join(folder, "file"), "kept");
    const cases = [
      [join(folder, "sub"), "EISDIR", "it is a folder; name a file"],
      [join(folder, "file/a/b"), "ENOTDIR", "a part of this path is a file, not a folder; choose another folder"],
      [join(folder, "file/a"), "EEXIST", "a file stands where a folder has to be; choose another folder"],
      [long, "ENAMETOOLONG", "a name in it is too long; choose a shorter one"],
    ] as const;
    for (const [path, code, reason] of cases) {
      await assert.rejects(
        writeAside(path, "x"),
        (error) =>
          error instanceof StorageError && error.code === code && error.message === `cannot write ${path}: ${reason}`,
        path,
      );
    }
    await assert.rejects(appendLines(join(folder, "sub"), ["x"]), /^StorageError: .*it is a folder; name a file$/);
    await assert.rejects(appendLines(join(folder, "none/x"), ["x"]), /^StorageError: .*no file can be made there/);
    const names = [];
    for await (const { name } of Deno.readDir(folder)) names.push(name);
    assert.deepEqual(names.sort(), ["file", "sub"]);
  }));

Deno.test("appendLines() ends a torn last line before it adds its own", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "rows.jsonl");
    await appendLines(path, ["1"]);
    await Deno.writeTextFile(path, `{"to`, { append: true });
    await appendLines(path, ["2", "3"]);
    assert.equal(await Deno.readTextFile(path), `1\n{"to\n2\n3\n`);
  }));

Deno.test("explainWriteError() turns a full disk into one clear sentence and leaves other errors alone", () => {
  const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  const explained = explainWriteError("runs/a/metrics.jsonl", full) as StorageError;
  assert.ok(explained instanceof StorageError);
  assert.equal(explained.code, "ENOSPC");
  assert.match(
    explained.message,
    /^cannot write runs\/a\/metrics\.jsonl: the disk is full; free some space and try again$/,
  );
  const other = new TypeError("something else");
  assert.equal(explainWriteError("x", other), other);
});

Deno.test("pathKind() tells what is at a path", () =>
  inTempFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    assert.equal(await pathKind(folder), "folder");
    assert.equal(await pathKind(join(folder, "file")), "file");
    assert.equal(await pathKind(join(folder, "none")), "absent");
    assert.equal(await pathKind(join(folder, "file/below")), "absent");
  }));

Deno.test("withoutTrailingSeparators() leaves nothing that would follow a link, and keeps the root and plain paths", () => {
  for (const path of ["a/b/", "a/b//", "a/b/.", "a/b/././/"]) {
    assert.equal(withoutTrailingSeparators(path), "a/b", path);
  }
  for (const path of ["a", ".", "..", "a/..", "a/b.", "a/.b", ""]) assert.equal(withoutTrailingSeparators(path), path);
  assert.equal(withoutTrailingSeparators("//"), "/");
  assert.equal(withoutTrailingSeparators("./"), ".");
});

Deno.test("whyNoFile() tells folders, devices and paths below a file from places for a file", () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "notes.txt");
    await Deno.writeTextFile(file, "mine");
    assert.equal(await whyNoFile(file), undefined);
    assert.equal(await whyNoFile(join(folder, "new/deep.json")), undefined);
    assert.equal(await whyNoFile(`${folder}/`), "it is a folder");
    assert.equal(await whyNoFile(join(file, "x/y.json")), `${file} is no folder`);
    if (Deno.build.os !== "windows") assert.equal(await whyNoFile("/dev/null"), "it is no ordinary file");
  }));

Deno.test("what is written aside has a name that tells it, and other names do not", () => {
  const path = "runs/a/config.json";
  assert.ok(isAsideName(asidePath(path)));
  assert.notEqual(asidePath(path), asidePath(path));
  assert.ok(isAsideName("config.json.4711-0.tmp"));
  for (const name of ["notes.tmp", "a.1.tmp", ".tmp", "config.json", "config.json.4711-0.tmp.txt"]) {
    assert.ok(!isAsideName(name), name);
  }
});

Deno.test("writeAside() without making folders fails where the folder is gone, and leaves it gone", () =>
  inTempFolder(async (folder) => {
    const gone = join(folder, "gone");
    await assert.rejects(writeAside(join(gone, "x"), "1", { makeFolder: false }), { name: "StorageError" });
    assert.equal(await pathKind(gone), "absent");
    await writeAside(join(gone, "x"), "1", { sync: true });
    assert.equal(await Deno.readTextFile(join(gone, "x")), "1");
  }));
