import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { encodeEvent } from './readme.examples.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README shows the example as it compiles', () => {
  const [, code = ''] = /\/\/ #region start\n([^]*?)\/\/ #endregion/.exec(readText('readme.examples.ts')) ?? [];
  expect(readText('../README.md')).toContain(`<!-- example: start -->\n\n\`\`\`ts\n${code}\`\`\`\n`);
});

test('the example encodes what it says', () => {
  const { root } = protobuf.parse(`
    syntax = "proto3";
    message Time { int64 seconds = 1; int32 nanos = 2; }
    message Event { string name = 1; Time time = 2; }`);
  const Event = root.lookupType('Event');
  const decoded = Event.toObject(Event.decode(encodeEvent('started', 1_763_726_400_250)), { longs: Number });
  expect(decoded).toEqual({ name: 'started', time: { seconds: 1_763_726_400, nanos: 250_000_000 } });
});
