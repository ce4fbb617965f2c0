/** Event files byte by byte; what the `tensorboard` package makes of them is seen in tests/peers/tracking. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { crc32c, maskedCrc32c } from "../../lib/tracking/tensorboard/_crc32c.ts";
import { eventRecord } from "../../lib/tracking/tensorboard/_events.ts";
import { openTrackers } from "../../lib/tracking/mod.ts";
import { BEGAN, done, inTempFolder, started, writeRun, type WrittenRun } from "./_run.ts";

const CONFIG = { wandb_project: null, wandb_name: null, tensorboard: true };
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("crc32c() has the values of RFC 3720 and the check value of the polynomial", () => {
  assert.equal(crc32c(bytes("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

Deno.test("maskedCrc32c() turns the checksum by 15 bits and adds the constant", () => {
  // 0xe3069283 turned is 0x2507c60d; the sum keeps 32 bits.
  assert.equal(maskedCrc32c(bytes("123456789")), (0x2507c60d + 0xa282ead8) % 2 ** 32);
});

Deno.test("a record is its length, the length's checksum, the message and the message's checksum", () => {
  const record = eventRecord({ fileVersion: "brain.Event:2" }, 1_500);
  const view = new DataView(record.buffer);
  const length = Number(view.getBigUint64(0, true));
  assert.equal(record.length, 8 + 4 + length + 4);
  assert.equal(view.getUint32(8, true), maskedCrc32c(record.subarray(0, 8)));
  assert.equal(view.getUint32(12 + length, true), maskedCrc32c(record.subarray(12, 12 + length)));
  // wall_time 1.5 (field 1, 64 bits), file_version (field 3).
  const message = record.subarray(12, 12 + length);
  assert.equal(message.toHex(), `09000000000000f83f1a0d${bytes("brain.Event:2").toHex()}`);
});

/** What one event of a file says. */
interface Read {
  time: number;
  step: number;
  version?: string;
  session?: number;
  readonly scalars: Record<string, number>;
  readonly texts: string[];
}

function readEvents(path: string): Read[] {
  const file = Deno.readFileSync(path);
  const view = new DataView(file.buffer);
  const events: Read[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(view.getBigUint64(at, true));
    events.push(readEvent(file.subarray(at + 12, at + 12 + length)));
    at += length + 16;
  }
  return events;
}

function fieldsOf(data: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!take(field, reader)) reader.skip(wire);
  }
}

function readEvent(data: Uint8Array): Read {
  const event: Read = { time: 0, step: 0, scalars: {}, texts: [] };
  fieldsOf(data, (field, reader) => {
    if (field === 1) event.time = reader.double();
    else if (field === 2) event.step = Number(reader.int64());
    else if (field === 3) event.version = reader.string();
    else if (field === 5) fieldsOf(reader.bytes(), (_, value) => (readValue(value.bytes(), event), true));
    else if (field === 7) fieldsOf(reader.bytes(), (_, status) => (event.session = status.int32(), true));
    else return false;
    return true;
  });
  return event;
}

function readValue(data: Uint8Array, event: Read): void {
  let tag = "";
  fieldsOf(data, (field, reader) => {
    if (field === 1) tag = reader.string();
    else if (field === 2) event.scalars[tag] = reader.float();
    else if (field === 8) event.texts.push(new TextDecoder().decode(reader.bytes()));
    else return false;
    return true;
  });
}

function filesOf(run: string): string[] {
  const folder = join(run, "tensorboard");
  return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name)).sort();
}

/** One session from its start to its end, by a clock that stands still. */
async function session(run: WrittenRun, from: number, to: number, now: number): Promise<readonly string[]> {
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const trackers = await openTrackers(CONFIG, run.path, { clock });
  trackers.onEvent(started(from));
  for (let step = from; step < to; step++) trackers.onEvent(run.step(step));
  trackers.onEvent(done(to));
  await trackers.close();
  return trackers.notices;
}

Deno.test("tensorboard=true writes the version, the configuration, and each row's numbers with its step and time", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    assert.deepEqual(await session(run, 0, 2, BEGAN + 60_000), []);
    const [path, ...others] = filesOf(run.path);
    assert.deepEqual(others, []);
    const [version, config, ...rows] = readEvents(path!);
    assert.equal(version!.version, "brain.Event:2");
    assert.match(config!.texts[0]!, /"learning_rate": 0\.0001/);
    const seconds = BEGAN / 1000 + 60;
    assert.deepEqual(rows, [
      { time: seconds, step: 0, scalars: { "env/all/correct": 0, "time/total": 2 }, texts: [] },
      { time: seconds, step: 1, scalars: { "env/all/correct": Math.fround(0.1), "time/total": 2 }, texts: [] },
    ]);
  }));

Deno.test("a resumed run adds a later file that starts a session at its step, with that step's rows and no earlier ones", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    await session(run, 0, 4, BEGAN + 60_000);
    run.rewind(2);
    // The clock has jumped back: the file's name has to come later all the same.
    await session(run, 2, 5, BEGAN);
    const files = filesOf(run.path);
    assert.equal(files.length, 2);
    const [, start, config, ...rows] = readEvents(files[1]!);
    assert.deepEqual([start!.session, start!.step], [1, 2]);
    assert.equal(config!.step, 2);
    assert.deepEqual(rows.map(({ step }) => step), [2, 3, 4]);
  }));

Deno.test("a resumed run writes the rows that earlier files lack: of a session without TensorBoard, or lost with its power", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    await session(run, 0, 3, BEGAN);
    for (const step of [3, 4]) run.step(step);
    await session(run, 5, 7, BEGAN);
    const stepsOf = (path: string) =>
      readEvents(path).flatMap(({ step, scalars }) => Object.keys(scalars).length === 0 ? [] : [step]);
    const [first, second] = filesOf(run.path);
    assert.deepEqual([stepsOf(first!), stepsOf(second!)], [[0, 1, 2], [3, 4, 5, 6]]);
    assert.equal(readEvents(second!)[1]!.step, 3);
    // The last row is torn, and the one before it has become zeros.
    const file = Deno.readFileSync(second!);
    const { length } = eventRecord({ scalars: { "env/all/correct": 0, "time/total": 2 }, step: 5 }, BEGAN);
    file.fill(0, file.length - 2 * length + 12, file.length - length);
    Deno.writeFileSync(second!, file.subarray(0, -9));
    await session(run, 7, 8, BEGAN);
    assert.deepEqual(stepsOf(filesOf(run.path)[2]!), [5, 6, 7]);
    // A file without a row of its own stands for what its session began with.
    await session(run, 8, 8, BEGAN);
    await session(run, 8, 9, BEGAN);
    assert.deepEqual(filesOf(run.path).slice(3).map(stepsOf), [[], [8]]);
  }));

Deno.test("a run that gets tensorboard=true when it is resumed has its earlier rows as well, timed by its steps", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    run.step(0);
    run.step(1);
    await session(run, 2, 3, BEGAN + 60_000);
    const rows = readEvents(filesOf(run.path)[0]!).slice(2);
    const second = BEGAN / 1000;
    assert.deepEqual(rows.map(({ step, time }) => [step, time]), [[0, second + 2], [1, second + 4], [2, second + 60]]);
  }));

Deno.test("a number that JSON lacks, and one beyond 32-bit floats, do not stop the file", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    const trackers = await openTrackers(CONFIG, run.path);
    trackers.onEvent(started(0));
    trackers.onEvent(run.step(0, { a: NaN, b: 1e300, c: 1 }));
    await trackers.close();
    assert.deepEqual(trackers.notices, []);
    assert.deepEqual(readEvents(filesOf(run.path)[0]!).at(-1)!.scalars, { a: NaN, b: Infinity, c: 1 });
  }));

Deno.test("a folder that cannot be written is one notice, and the events go on", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    Deno.writeTextFileSync(join(run.path, "tensorboard"), "a file where the folder has to be");
    const notices = await session(run, 0, 3, BEGAN);
    assert.equal(notices.length, 1);
    assert.match(notices[0]!, /TensorBoard.*cannot write/);
  }));

Deno.test("a run folder that was deleted meanwhile does not come back", () =>
  inTempFolder(async (folder) => {
    const run = writeRun(folder);
    const trackers = await openTrackers(CONFIG, run.path);
    await Deno.remove(run.path, { recursive: true });
    trackers.onEvent(started(0));
    await trackers.close();
    assert.equal(trackers.notices.length, 1);
    await assert.rejects(Deno.stat(run.path), Deno.errors.NotFound);
  }));
