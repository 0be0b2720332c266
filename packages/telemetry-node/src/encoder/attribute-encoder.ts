import type { ProtobufWriter } from '@dcc-mcp/protobuf-writer';
import type { AttributeList } from '../spans/attribute-list.ts';
import type { SharedAttributes } from '../spans/shared-attributes.ts';

/** Wire tags of `KeyValue` and `AnyValue`: field number × 8 + wire type. */
const KEY = 0x0a;
const VALUE = 0x12;
const STRING = 0x0a;
const BOOL = 0x10;
const INT = 0x18;
const DOUBLE = 0x21;
const ARRAY = 0x2a;
const KVLIST = 0x32;
const BYTES = 0x3a;
/** The field of a `Span` that its attributes stand in. */
const SPAN_ATTRIBUTE = 0x4a;
const LIST_ITEM = 0x0a;
const MIN_INT64 = -(2 ** 63);
const MAX_INT64 = 2 ** 63;

/** Names are few and come back with every span; past these bounds they are written without the cache. */
const MAX_CACHED_KEYS = 2_048;
const MAX_CACHED_LENGTH = 96;
/** A key–value message below this size has one-byte lengths throughout. */
const MAX_SHORT_MESSAGE = 127;

const keyCache = new Map<string, Uint8Array>();

/** The key field of a `KeyValue`, ready to copy; `undefined` when the key is not worth keeping. */
function cachedKey(key: string): Uint8Array | undefined {
  const known = keyCache.get(key);
  if (known !== undefined) {
    return known;
  }
  if (key.length > MAX_CACHED_LENGTH || keyCache.size >= MAX_CACHED_KEYS) {
    return undefined;
  }
  const text = Buffer.from(key, 'utf8');
  if (text.length > MAX_CACHED_LENGTH) {
    return undefined;
  }
  const field = Uint8Array.from([KEY, text.length, ...text]);
  keyCache.set(key, field);
  return field;
}

/** Writes attributes into requests, each as a `KeyValue` under a tag. */
export class AttributeEncoder {
  readonly #writer: ProtobufWriter;
  readonly #doubles: ReadonlySet<string>;
  readonly #encoded = new WeakMap<SharedAttributes, Uint8Array>();

  /** @param doubles Keys of span attributes whose numbers are doubles also when they are whole: JavaScript can't tell the two apart. */
  constructor(writer: ProtobufWriter, doubles: ReadonlySet<string>) {
    this.#writer = writer;
    this.#doubles = doubles;
  }

  /** Writes each own enumerable attribute. */
  writeAttributes(tag: number, attributes: Readonly<Record<string, unknown>>): void {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) {
        this.#writeKeyValue(tag, key, attributes[key]);
      }
    }
  }

  /** The same for the attributes of a span of ours. */
  writeList({ shared, keys, values }: AttributeList): void {
    for (const attributes of shared) {
      this.#writeShared(attributes);
    }
    this.#writeEach(keys, values);
  }

  /** What many spans have in common is encoded for the first of them. */
  #writeShared(attributes: SharedAttributes): void {
    const writer = this.#writer;
    const known = this.#encoded.get(attributes);
    if (known !== undefined) {
      writer.raw(known);
      return;
    }
    const start = writer.position;
    this.#writeEach(attributes.keys, attributes.values);
    this.#encoded.set(attributes, writer.buffer.slice(start, writer.position));
  }

  #writeEach(keys: readonly string[], values: readonly unknown[]): void {
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at] ?? '';
      const value = values[at];
      if (typeof value === 'number' && this.#doubles.has(key)) {
        this.#writeDouble(SPAN_ATTRIBUTE, key, value);
      } else {
        this.#writeKeyValue(SPAN_ATTRIBUTE, key, value);
      }
    }
  }

  #writeDouble(tag: number, key: string, value: number): void {
    const writer = this.#writer;
    const message = writer.beginMessage(tag);
    writer.textField(KEY, key);
    const any = writer.beginMessage(VALUE);
    writer.doubleField(DOUBLE, value);
    writer.endMessage(any);
    writer.endMessage(message);
  }

  #writeKeyValue(tag: number, key: string, value: unknown): void {
    const field = cachedKey(key);
    if (field !== undefined && this.#writeShort(tag, field, value)) {
      return;
    }
    const writer = this.#writer;
    const message = writer.beginMessage(tag);
    if (field === undefined) {
      writer.textField(KEY, key);
    } else {
      writer.raw(field);
    }
    const any = writer.beginMessage(VALUE);
    this.#writeAnyValue(value);
    writer.endMessage(any);
    writer.endMessage(message);
  }

  /**
   * The common case: a value so small that every length is one byte. Writes tag, length, key field,
   * value tag, value length and value without looking back further than one byte.
   */
  #writeShort(tag: number, field: Uint8Array, value: unknown): boolean {
    const isText = typeof value === 'string';
    if (!isText && typeof value !== 'number' && typeof value !== 'boolean') {
      return false;
    }
    const most = isText ? value.length * 3 + 2 : 11;
    if (field.length + 2 + most > MAX_SHORT_MESSAGE) {
      return false;
    }
    const writer = this.#writer;
    writer.reserve(MAX_SHORT_MESSAGE + 16);
    const { buffer } = writer;
    const start = writer.position;
    buffer[start] = tag;
    let position = start + 2;
    for (let index = 0; index < field.length; index += 1) {
      buffer[position++] = field[index] ?? 0;
    }
    buffer[position] = VALUE;
    writer.position = position + 2;
    writeScalar(writer, value);
    buffer[position + 1] = writer.position - position - 2;
    buffer[start + 1] = writer.position - start - 2;
    return true;
  }

  /** Writes the content of an `AnyValue`; what OTLP has no type for becomes an empty value. */
  #writeAnyValue(value: unknown): void {
    const writer = this.#writer;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      writeScalar(writer, value);
    } else if (value instanceof Uint8Array) {
      writer.reserve(1);
      writer.buffer[writer.position++] = BYTES;
      writer.bytes(value);
    } else if (Array.isArray(value)) {
      this.#writeArray(value);
    } else if (isMap(value)) {
      const list = writer.beginMessage(KVLIST);
      this.writeAttributes(LIST_ITEM, value);
      writer.endMessage(list);
    }
  }

  #writeArray(values: readonly unknown[]): void {
    const list = this.#writer.beginMessage(ARRAY);
    for (const value of values) {
      const item = this.#writer.beginMessage(LIST_ITEM);
      this.#writeAnyValue(value);
      this.#writer.endMessage(item);
    }
    this.#writer.endMessage(list);
  }
}

function writeScalar(writer: ProtobufWriter, value: string | number | boolean): void {
  if (typeof value === 'string') {
    writer.textField(STRING, value);
  } else if (typeof value === 'boolean') {
    writer.reserve(2);
    writer.buffer[writer.position++] = BOOL;
    writer.buffer[writer.position++] = value ? 1 : 0;
  } else if (Number.isInteger(value) && value >= MIN_INT64 && value < MAX_INT64) {
    writer.reserve(1);
    writer.buffer[writer.position++] = INT;
    writer.varint64(value);
  } else {
    writer.doubleField(DOUBLE, value);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
