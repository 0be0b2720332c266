import { toTag, type ProtobufWriter } from '@dcc-mcp/protobuf-writer';
import { isExemplar, toExemplarLabels, type Exemplar } from '../families/exemplar.ts';
import { encodeLabelPairs } from '../families/label-set.ts';

/** Tags of the fields of `Exemplar` and `google.protobuf.Timestamp`. */
const EXEMPLAR = { value: toTag(2, 'fixed64'), timestamp: toTag(3, 'bytes') } as const;
const TIMESTAMP = { seconds: toTag(1, 'varint'), nanos: toTag(2, 'varint') } as const;

/** Writes an `Exemplar` message, or nothing when there is none. */
export function writeExemplar(out: ProtobufWriter, tag: number, exemplar: Exemplar | undefined): void {
  if (!isExemplar(exemplar)) {
    return;
  }
  const start = out.beginMessage(tag);
  out.raw(encodeLabelPairs(toExemplarLabels(exemplar)));
  out.doubleField(EXEMPLAR.value, exemplar.value);
  writeTimestamp(out, EXEMPLAR.timestamp, exemplar.timestampMillis);
  out.endMessage(start);
}

/** Writes a `google.protobuf.Timestamp`; times before 1970 are left out. */
export function writeTimestamp(out: ProtobufWriter, tag: number, millis: number): void {
  if (!(millis > 0)) {
    return;
  }
  const start = out.beginMessage(tag);
  const seconds = Math.floor(millis / 1_000);
  out.intField(TIMESTAMP.seconds, seconds);
  out.intField(TIMESTAMP.nanos, Math.floor(millis - seconds * 1_000) * 1_000_000);
  out.endMessage(start);
}
