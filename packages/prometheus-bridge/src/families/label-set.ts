import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';
import { isPlainLabelName } from '../names/name-escaping.ts';

/** A label name and its value. */
export interface Label {
  readonly name: string;
  readonly value: string;
}

const encoder = new TextEncoder();
const TAG = { label: toTag(1, 'bytes'), name: toTag(1, 'bytes'), value: toTag(2, 'bytes') } as const;

/** The labels of one series, with what the formats write for them, each encoded once. */
export class LabelSet {
  /** In the order they are written; names are unique, values never empty. */
  readonly labels: readonly Label[];
  /** Equal for equal labels, whatever their order. */
  readonly key: string;
  #text: Uint8Array | undefined;
  #protobuf: Uint8Array | undefined;

  constructor(labels: readonly Label[]) {
    this.labels = labels;
    this.key = labels.map(toPair).toSorted().join(',');
  }

  /** UTF-8 of `name="value",…` without the braces, as both text formats write it. */
  get text(): Uint8Array {
    this.#text ??= encoder.encode(this.labels.map(toPair).join(','));
    return this.#text;
  }

  /** The `label` fields of a protobuf `Metric`. */
  get protobuf(): Uint8Array {
    this.#protobuf ??= encodeLabelPairs(this.labels);
    return this.#protobuf;
  }
}

function toPair({ name, value }: Label): string {
  const writtenName = isPlainLabelName(name) ? name : `"${escapeText(name)}"`;
  return `${writtenName}="${escapeText(value)}"`;
}

/** Escapes backslash, quote and line feed: the whole of what label values, quoted names and OpenMetrics help need. */
export function escapeText(text: string): string {
  return /[\\"\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : text;
}

/** Encodes the repeated `LabelPair` field 1 that `Metric` and `Exemplar` have. */
export function encodeLabelPairs(labels: readonly Label[]): Uint8Array {
  const out = new ProtobufWriter(256);
  for (const { name, value } of labels) {
    const start = out.beginMessage(TAG.label);
    out.textField(TAG.name, name);
    out.textField(TAG.value, value);
    out.endMessage(start);
  }
  return out.finish();
}
