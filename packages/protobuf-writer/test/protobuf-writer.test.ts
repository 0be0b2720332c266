import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import protobuf from 'protobufjs';

/** What another implementation reads in one field. */
function read(bytes: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(bytes);
  reader.uint32();
  return reader;
}

function written(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter();
  write(writer);
  return writer.finish();
}

/** A varint in two's complement, all digits kept. */
function readInt64(varint: Uint8Array): bigint {
  const groups = [...varint].map((byte, index) => BigInt(byte & 0x7f) << BigInt(7 * index));
  return BigInt.asIntN(
    64,
    groups.reduce((sum, group) => sum + group, 0n),
  );
}

const VARINT = toTag(1, 'varint');
const BYTES = toTag(2, 'bytes');

/** Text of each length at which a length needs one more byte, or the writer changes its way. */
const lengths = [0, 1, 31, 32, 33, 41, 42, 43, 127, 128, 129, 5_461, 5_462, 16_383, 16_384];
const texts = lengths.flatMap((length) => ['a', 'é', '界', '\u{1F600}'].map((character) => character.repeat(length)));

describe('toTag', () => {
  test('is field number and wire type', () => {
    expect([toTag(1, 'varint'), toTag(2, 'bytes'), toTag(15, 'fixed64'), toTag(16, 'fixed32')]).toEqual([
      8, 18, 121, 133,
    ]);
  });
});

describe('ProtobufWriter', () => {
  test.each(texts.map((text) => [text.length, Buffer.byteLength(text), text]))(
    'writes a text of %d characters and %d bytes',
    (_length, size, text) => {
      const bytes = written((writer) => writer.textField(BYTES, String(text)));
      expect(read(bytes).string()).toBe(text);
      expect(bytes.length).toBe(1 + protobuf.Writer.create().uint32(Number(size)).finish().length + Number(size));
    },
  );

  test('writes half a surrogate pair as U+FFFD', () => {
    expect(read(written((writer) => writer.textField(BYTES, 'a\uD800b'))).string()).toBe('a\uFFFDb');
  });

  test('writes any integer that a double can hold', () => {
    const numbers = fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(0, 127, 128, 2 ** 32, 2 ** 53, -(2 ** 63)),
    );
    fc.assert(
      fc.property(numbers, (value) => {
        const bytes = written((writer) => writer.intField(VARINT, value));
        expect(readInt64(bytes.subarray(1))).toBe(BigInt(value));
      }),
    );
  });

  test('writes zigzag numbers', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(Number(read(written((writer) => writer.sintField(VARINT, value))).sint64())).toBe(value);
      }),
    );
  });

  test('writes doubles', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(read(written((writer) => writer.doubleField(toTag(1, 'fixed64'), value))).double()).toBe(value);
      }),
    );
  });

  test('writes times as nanoseconds, exactly', () => {
    const seconds = fc.integer({ min: 0, max: 2 ** 33 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (whole, nanos) => {
        const bytes = written((writer) => writer.nanosField(toTag(1, 'fixed64'), whole, nanos));
        const expected = BigInt(whole) * 1_000_000_000n + BigInt(nanos);
        expect(new DataView(bytes.buffer).getBigUint64(1, true)).toBe(expected);
      }),
    );
  });

  test('writes hex as bytes', () => {
    const bytes = written((writer) => writer.hexField(BYTES, '00ffA1b2'));
    expect([...read(bytes).bytes()]).toEqual([0, 255, 161, 178]);
  });

  test('writes tags of two bytes', () => {
    const bytes = written((writer) => writer.textField(toTag(16, 'bytes'), 'x'));
    expect(protobuf.Reader.create(bytes).uint32()).toBe(130);
    expect(read(bytes).string()).toBe('x');
  });

  test('writes nested messages that another reader skips as a whole', () => {
    const bytes = written((writer) => {
      const outer = writer.beginMessage(BYTES);
      writer.textField(BYTES, 'inside'.repeat(100));
      writer.endMessage(outer);
      writer.intField(VARINT, 7);
    });
    const reader = protobuf.Reader.create(bytes);
    reader.skipType(reader.uint32() & 7);
    expect([reader.uint32(), reader.uint32(), reader.pos]).toEqual([VARINT, 7, bytes.length]);
  });

  test('leaves a zero out where asked to', () => {
    const bytes = written((writer) => {
      writer.intFieldUnlessZero(VARINT, 0);
      writer.intFieldUnlessZero(VARINT, 1);
    });
    expect([...bytes]).toEqual([8, 1]);
  });

  test('grows past the room it began with', () => {
    const writer = new ProtobufWriter(1);
    const fields = Array.from({ length: 1_000 }, (_, index) => index + 1);
    for (const field of fields) {
      writer.intField(VARINT, field);
      writer.doubleField(toTag(1, 'fixed64'), field);
      writer.fixed32(field);
    }
    const bytes = writer.finish();
    expect(new DataView(bytes.buffer).getUint32(bytes.length - 4, true)).toBe(1_000);
    expect(new DataView(bytes.buffer).getFloat64(bytes.length - 12, true)).toBe(1_000);
  });

  test('finish gives bytes that later writing does not touch', () => {
    const writer = new ProtobufWriter();
    writer.intField(VARINT, 1);
    const first = writer.finish();
    writer.intField(VARINT, 2);
    expect([[...first], [...writer.finish()]]).toEqual([
      [8, 1],
      [8, 2],
    ]);
  });

  test('take hands the buffer over', () => {
    const writer = new ProtobufWriter(16);
    writer.intField(VARINT, 1);
    const first = writer.take();
    writer.intField(VARINT, 2);
    expect([[...first], [...writer.take()], first.buffer === writer.buffer.buffer]).toEqual([[8, 1], [8, 2], false]);
  });
});
