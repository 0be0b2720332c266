// What a command printed against what a document shows.
import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, missingLines } from '../src/compare/lines.ts';
import { orphansOf } from '../src/run/sinks.ts';
import { withStandIns } from '../src/run/stand-ins.ts';

test('a time right behind Ctrl-C does not count', () => {
  expect(missingLines('10:52:04 stopping: no new work', '^C09:00:01 stopping: no new work\r\n')).toEqual([]);
});

test('times, durations, ids and colours do not count', () => {
  const shown = '10:48:36 listening on http://h\nfiles  ready · 14 tools · 0.5 s\nmaya.390781ce.sphere';
  const printed =
    '\u001B[32m09:00:01 listening on http://h\u001B[0m\r\n  files ready · 14 tools · 12.1 s\nmaya.12ab34cd.sphere';
  expect(missingLines(shown, printed)).toEqual([]);
});

test('a shown line may come anywhere, and … stands for anything', () => {
  expect(missingLines('b ready\n…\n{"sub":"x","exp":…}', 'noise\n{"sub":"x","exp":17}\nb ready now')).toEqual([]);
});

test('a number, a word or a line that is not there is missing', () => {
  expect(missingLines('17 tools\nready\n', '16 tools\nready')).toEqual(['17 tools']);
});

test('the last lines are those that a reader sees', () => {
  expect(lastLines('one\n⠙\r⠹\rtwo\n\n\u001B[1mthree\u001B[0m\n', 2)).toBe('two\nthree');
});

test("the reader's own names lead to this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), 'newcomer-test-'));
  const places = { clone: '/clone', etc: join(folder, 'etc') };
  const text = 'curl http://gateway:9765/metrics; cat /etc/a/b.pass; npm --prefix /path/to/this/repository';
  expect(withStandIns(text, places)).toBe(
    `curl http://127.0.0.1:9765/metrics; cat ${places.etc}/a/b.pass; npm --prefix /clone`,
  );
  rmSync(folder, { recursive: true });
});

test('a span whose parent nobody sent is an orphan', () => {
  const spans = [
    { spanId: 'a', parentSpanId: '' },
    { spanId: 'b', parentSpanId: 'a' },
    { spanId: 'c', parentSpanId: 'x' },
  ];
  expect(orphansOf(spans).map(({ spanId }) => spanId)).toEqual(['c']);
});
