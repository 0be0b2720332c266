import type { Label } from './label.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

const FIELD = { label: 1, name: 1, value: 2 } as const;

/** Encodes the repeated `LabelPair` field 1 that `Metric` and `Exemplar` have. */
export function encodeLabelPairs(labels: readonly Label[]): Uint8Array {
  const out = new ProtobufWriter(256);
  for (const { name, value } of labels) {
    const start = out.begin(FIELD.label);
    out.text(FIELD.name, name);
    out.text(FIELD.value, value);
    out.end(start);
  }
  return out.take().slice();
}
