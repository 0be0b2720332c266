// #region start
import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';

/** Tags of `google.protobuf.Timestamp`, and of the field that holds one. */
const TIMESTAMP = { seconds: toTag(1, 'varint'), nanos: toTag(2, 'varint') } as const;
const EVENT = { name: toTag(1, 'bytes'), time: toTag(2, 'bytes') } as const;
const writer = new ProtobufWriter();

/** Encodes an event; the bytes are the caller's own. */
export function encodeEvent(name: string, millis: number): Uint8Array {
  writer.textField(EVENT.name, name);
  const time = writer.beginMessage(EVENT.time);
  writer.intField(TIMESTAMP.seconds, Math.floor(millis / 1000));
  writer.intFieldUnlessZero(TIMESTAMP.nanos, (millis % 1000) * 1_000_000);
  writer.endMessage(time);
  return writer.finish();
}
// #endregion
