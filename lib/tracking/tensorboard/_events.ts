/**
 * The bytes of a TensorBoard event file: records of TensorFlow, each holding one Event message. Only what is needed here;
 * field numbers are those of event.proto, summary.proto and tensor.proto.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "./_crc32c.ts";

/** What one event says. */
export type EventContent =
  /** First in every file. */
  | { readonly fileVersion: "brain.Event:2" }
  /** A further session begins: what earlier files say of this step and later ones is done again. */
  | { readonly sessionStart: true; readonly step: number }
  /** Numbers of one step by their tags; kept as 32-bit floats. */
  | { readonly scalars: Readonly<Record<string, number>>; readonly step: number }
  /** Markdown, for the tab of texts. */
  | { readonly text: string; readonly tag: string; readonly step: number };

const SESSION_START = 1;
const DT_STRING = 7;

/** One event as a record: length, its checksum, the message, its checksum. @param time milliseconds since 1970 */
export function eventRecord(content: EventContent, time: number): Uint8Array<ArrayBuffer> {
  const data = eventBytes(content, time);
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

function eventBytes(content: EventContent, time: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(time / 1000);
  if ("step" in content) writer.tag(2, WireType.Varint).int64(content.step);
  if ("fileVersion" in content) writer.tag(3, WireType.LengthDelimited).string(content.fileVersion);
  else if ("sessionStart" in content) message(writer, 7, () => writer.tag(1, WireType.Varint).int32(SESSION_START));
  else if ("text" in content) message(writer, 5, () => message(writer, 1, () => textValue(writer, content)));
  else {
    message(writer, 5, () => {
      for (const [tag, value] of Object.entries(content.scalars)) {
        message(writer, 1, () => {
          writer.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(Math.fround(value));
        });
      }
    });
  }
  return writer.finish();
}

/** A string tensor of shape [1] that the text plugin shows. */
function textValue(writer: BinaryWriter, { tag, text }: { readonly tag: string; readonly text: string }): void {
  writer.tag(1, WireType.LengthDelimited).string(tag);
  message(writer, 8, () => {
    writer.tag(1, WireType.Varint).int32(DT_STRING);
    message(writer, 2, () => message(writer, 2, () => writer.tag(1, WireType.Varint).int64(1)));
    writer.tag(8, WireType.LengthDelimited).string(text);
  });
  message(writer, 9, () => message(writer, 1, () => writer.tag(1, WireType.LengthDelimited).string("text")));
}

/** A message within a message. */
function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
