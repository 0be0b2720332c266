import { isExemplar, toExemplarLabels, type Exemplar } from '../families/exemplar.ts';
import { encodeLabelPairs } from '../families/label-set.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

/** Field numbers of `Exemplar` and `google.protobuf.Timestamp`. */
const EXEMPLAR = { value: 2, timestamp: 3 } as const;
const TIMESTAMP = { seconds: 1, nanos: 2 } as const;

/** Writes an `Exemplar` message, or nothing when there is none. */
export function writeExemplar(out: ProtobufWriter, field: number, exemplar: Exemplar | undefined): void {
  if (!isExemplar(exemplar)) {
    return;
  }
  const start = out.begin(field);
  out.fields(encodeLabelPairs(toExemplarLabels(exemplar)));
  out.double(EXEMPLAR.value, exemplar.value);
  writeTimestamp(out, EXEMPLAR.timestamp, exemplar.timestampMillis);
  out.end(start);
}

/** Writes a `google.protobuf.Timestamp`; times before 1970 are left out. */
export function writeTimestamp(out: ProtobufWriter, field: number, millis: number): void {
  if (!(millis > 0)) {
    return;
  }
  const start = out.begin(field);
  const seconds = Math.floor(millis / 1_000);
  out.uint(TIMESTAMP.seconds, seconds);
  out.uint(TIMESTAMP.nanos, Math.floor(millis - seconds * 1_000) * 1_000_000);
  out.end(start);
}
