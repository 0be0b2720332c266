import { type NewSessionEvent, SessionEventBuffer } from '@dcc-mcp/session-events';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';

const line = (message: string, more: Partial<NewSessionEvent> = {}): NewSessionEvent => ({
  source: 'python',
  stream: 'stderr',
  level: 'info',
  message,
  ...more,
});

function bufferWith(count: number, capacity = 1000): SessionEventBuffer {
  const buffer = new SessionEventBuffer('houdini-001', { capacity });
  for (let number = 1; number <= count; number += 1) {
    buffer.append(line(`line ${number}`));
  }
  return buffer;
}

const idsOf = (page: { readonly events: readonly { readonly id: number }[] }): number[] =>
  page.events.map(({ id }) => id);

describe('append', () => {
  test('keeps what was said with ids from 1 and a time in nanoseconds', () => {
    const buffer = new SessionEventBuffer('houdini-001', { now: () => 1_781_416_800_123 });
    buffer.append(line('Cook produced warnings', { level: 'warning', tool_call_id: 'req-18', job_id: 'job-18' }));
    expect(buffer.append(line('again'))).toEqual({
      id: 2,
      timestamp: '2026-06-14T06:00:00.123000001Z',
      timestamp_ns: '1781416800123000001',
      source: 'python',
      stream: 'stderr',
      level: 'info',
      message: 'again',
      instance_id: 'houdini-001',
    });
    expect(buffer.read().events[0]).toMatchObject({ id: 1, tool_call_id: 'req-18', job_id: 'job-18' });
  });

  test('a clock that goes back makes no event older than the one before', () => {
    const times = [2000, 1000, 2001];
    const buffer = new SessionEventBuffer('a', { now: () => times.shift() ?? 0 });
    const nanos = [1, 2, 3].map(() => BigInt(buffer.append(line('x')).timestamp_ns));
    expect(nanos).toEqual([2_000_000_000n, 2_000_000_001n, 2_001_000_000n]);
  });

  test.each([
    ['warn', 'warning'],
    ['WARNING', 'warning'],
    ['trace', 'trace'],
    ['ERROR', 'error'],
  ] as const)('reads the level %s as %s', (level, expected) => {
    expect(new SessionEventBuffer('a').append(line('x', { level })).level).toBe(expected);
  });

  test('refuses an unknown level and keeps nothing', () => {
    const buffer = new SessionEventBuffer('a');
    expect(() => buffer.append(line('x', { level: 'fatal' as never }))).toThrow(
      'level must be one of trace, debug, info, warning, error, got "fatal"',
    );
    expect(buffer.read().retained_count).toBe(0);
  });

  test.each([
    ['source', undefined, 'source must be a text, got undefined'],
    ['source', 5, 'source must be a text, got number'],
    ['stream', null, 'stream must be a text, got null'],
    ['level', undefined, 'level must be a text, got undefined'],
    ['message', undefined, 'message must be a text, got undefined'],
    ['message', {}, 'message must be a text, got object'],
    ['timestamp_ns', 1.5, 'timestamp_ns must be nanoseconds since the epoch in digits, got a number'],
  ])('says what is wrong with a %s of %j and keeps nothing', (name, value, message) => {
    const buffer = new SessionEventBuffer('a');
    expect(() => buffer.append({ ...line('x'), [name]: value })).toThrow(message);
    expect(buffer.read().retained_count).toBe(0);
  });

  test.each(['text', 5, null, ['a']])('leaves out metadata that is %j', (metadata) => {
    const kept = new SessionEventBuffer('a').append({ ...line('x'), metadata: metadata as never });
    expect(kept).not.toHaveProperty('metadata');
  });

  test('leaves out an id that is no text', () => {
    const kept = new SessionEventBuffer('a').append({ ...line('x'), job_id: 7 as never, session_id: 's-1' });
    expect(kept).toMatchObject({ session_id: 's-1' });
    expect(kept).not.toHaveProperty('job_id');
  });

  test('a long message is cut on a code point and says its sizes', () => {
    const { message, truncation } = new SessionEventBuffer('a').append(line('界'.repeat(2000)));
    expect(message).toBe('界'.repeat(1365));
    expect(truncation).toEqual({ original_size: 6000, truncated_size: 4095, max_size: 4096 });
  });

  test.each([4095, 4096])('a message of %i bytes is kept whole', (bytes) => {
    expect(new SessionEventBuffer('a').append(line('x'.repeat(bytes)))).toMatchObject({ message: 'x'.repeat(bytes) });
    expect(new SessionEventBuffer('a').append(line('x'.repeat(bytes)))).not.toHaveProperty('truncation');
  });

  test('a message past everything that is looked at is cut too', () => {
    const buffer = new SessionEventBuffer('a', { maxMessageBytes: 16_384 });
    const { message, truncation } = buffer.append(line('x'.repeat(20_000)));
    expect([message.length, truncation?.original_size]).toEqual([16_384, 20_000]);
  });

  test.each([
    [{ original_size: 90_000 }, { original_size: 90_000, truncated_size: 5, max_size: 4096 }],
    [{ original_size: 5 }, undefined],
    [{ original_size: 3 }, undefined],
    [{ original_size: Number.NaN }, undefined],
    [{ original_size: 9.5 }, undefined],
  ])('a message that is the beginning of a longer one says so: %j', (size, truncation) => {
    const kept = new SessionEventBuffer('a').append(line('begin', size));
    expect([kept.message, kept.truncation]).toEqual(['begin', truncation]);
    expect(kept).not.toHaveProperty('original_size');
  });

  test('control characters and secrets are taken out', () => {
    const { message } = new SessionEventBuffer('a').append(
      line('\u001B[31mpassword=hunter22 \u0007done\u202E', { stream: 'std\u0000err' }),
    );
    expect(message).toBe('[31m[redacted] done');
  });

  test('metadata is bounded and without high-sensitivity keys', () => {
    const buffer = new SessionEventBuffer('a');
    const kept = buffer.append(
      line('x', { metadata: { shot: 'sq010', api_key: 'k', nested: { Authorization: 'Bearer abcdefgh', ok: 1 } } }),
    );
    expect(kept.metadata).toEqual({ shot: 'sq010', nested: { ok: 1 } });
    const large = buffer.append(line('x', { metadata: { notes: Array.from({ length: 20 }, () => 'n'.repeat(1000)) } }));
    expect(large.metadata).toMatchObject({ truncated: true });
    expect(JSON.stringify(large.metadata).length).toBeLessThanOrEqual(8192);
  });

  test.each([[{ capacity: 0 }], [{ capacity: 1.5 }], [{ maxMessageBytes: 0 }], [{ maxMessageBytes: 16_385 }]])(
    '%j is refused at construction',
    (options) => {
      expect(() => new SessionEventBuffer('a', options)).toThrow(RangeError);
    },
  );
});

describe('read', () => {
  test('an empty buffer has no oldest and no newest', () => {
    expect(new SessionEventBuffer('a').read()).toEqual({
      cursor: 0,
      next_cursor: 0,
      retained_count: 0,
      dropped_count: 0,
      missed: 0,
      events: [],
    });
  });

  test('gives events behind the cursor in order, and the cursor to go on with', () => {
    const buffer = bufferWith(5);
    const first = buffer.read({ limit: 2 });
    const second = buffer.read({ cursor: first.next_cursor, limit: 2 });
    const third = buffer.read({ cursor: second.next_cursor, limit: 2 });
    const end = buffer.read({ cursor: third.next_cursor });
    expect([first, second, third, end].map((page) => idsOf(page))).toEqual([[1, 2], [3, 4], [5], []]);
    expect(end).toMatchObject({ cursor: 5, next_cursor: 5, oldest_cursor: 1, newest_cursor: 5, retained_count: 5 });
  });

  test('reading never removes', () => {
    const buffer = bufferWith(3);
    expect(buffer.read()).toEqual(buffer.read());
  });

  test('says what was dropped before it could be read', () => {
    const buffer = bufferWith(10, 4);
    expect(buffer.read({ cursor: 2 })).toMatchObject({
      missed: 4,
      oldest_cursor: 7,
      newest_cursor: 10,
      retained_count: 4,
      dropped_count: 6,
    });
    expect(buffer.read({ cursor: 6 }).missed).toBe(0);
    expect(idsOf(buffer.read({ cursor: 8 }))).toEqual([9, 10]);
  });

  test('says what was lost before it came, wherever the reader stands', () => {
    const buffer = bufferWith(2);
    buffer.skip(3);
    buffer.append(line('x'));
    expect(buffer.read()).toMatchObject({ next_cursor: 6, newest_cursor: 6, missed: 3, dropped_count: 3 });
    expect(buffer.read({ cursor: 4 })).toMatchObject({ next_cursor: 6, missed: 1 });
    expect(buffer.read({ limit: 2 })).toMatchObject({ next_cursor: 2, missed: 0 });
    expect(() => buffer.skip(-1)).toThrow('count must be a whole number from 0, got -1');
  });

  test('keeps the time of an event of another buffer, digit for digit', () => {
    const buffer = new SessionEventBuffer('a');
    expect(buffer.append(line('x', { timestamp_ns: '1795223954467730985' }))).toMatchObject({
      timestamp: '2026-11-21T01:19:14.467730985Z',
      timestamp_ns: '1795223954467730985',
    });
    expect(() => buffer.append(line('x', { timestamp_ns: '-1' }))).toThrow(RangeError);
    expect(() => buffer.append(line('x', { timestamp_ns: '9'.repeat(21) }))).toThrow(RangeError);
  });

  test.each([
    [{ limit: 0 }, 'limit must be a whole number from 1 to 1000, got "0"'],
    [{ limit: 1001 }, 'limit must be a whole number from 1 to 1000, got "1001"'],
    [{ cursor: -1 }, 'cursor must be a whole number from 0, got "-1"'],
    [{ cursor: 1.5 }, 'cursor must be a whole number from 0, got "1.5"'],
    [{ waitMs: 60_001 }, 'waitMs must be a whole number from 0 to 60000, got "60001"'],
  ])('refuses %j', (read, message) => {
    expect(() => bufferWith(1).read(read)).toThrow(new RangeError(message));
  });

  test('whoever follows the cursor gets each retained event once and knows of all others', () => {
    const steps = fc.array(fc.oneof(fc.constant('append'), fc.integer({ min: 1, max: 5 })));
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (all, capacity) => {
        const buffer = new SessionEventBuffer('a', { capacity });
        let cursor = 0;
        let seen = 0;
        let appended = 0;
        for (const step of [...all, 1000]) {
          if (typeof step === 'string') {
            appended = buffer.append(line('x')).id;
            continue;
          }
          const page = buffer.read({ cursor, limit: step });
          seen += page.events.length + page.missed;
          cursor = page.next_cursor;
        }
        expect([seen, cursor]).toEqual([appended, appended]);
      }),
    );
  });
});

describe('readOrWait', () => {
  test('answers at once when something is there', async () => {
    expect(idsOf(await bufferWith(1).readOrWait({ waitMs: 60_000 }))).toEqual([1]);
  });

  test('answers when something comes', async () => {
    const buffer = bufferWith(1);
    const page = buffer.readOrWait({ cursor: 1, waitMs: 60_000 });
    buffer.append(line('now'));
    expect(idsOf(await page)).toEqual([2]);
  });

  test('answers an empty page when nothing came', async () => {
    expect(await bufferWith(1).readOrWait({ cursor: 1, waitMs: 1 })).toMatchObject({ events: [], next_cursor: 1 });
  });

  test('answers when the reader has gone', async () => {
    const left = new AbortController();
    const page = bufferWith(1).readOrWait({ cursor: 1, waitMs: 60_000 }, left.signal);
    left.abort();
    expect((await page).events).toEqual([]);
  });
});

describe('onChange', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('tells at once after a quiet time, then at most every 250 ms, and of the last change too', () => {
    const buffer = bufferWith(0);
    const listener = jest.fn();
    buffer.onChange(listener);
    const calls: number[] = [];
    for (let step = 0; step < 100; step += 1) {
      buffer.append(line('x'));
      calls.push(listener.mock.calls.length);
      jest.advanceTimersByTime(10);
    }
    expect(calls[0]).toBe(1);
    jest.advanceTimersByTime(1000);
    expect(listener).toHaveBeenCalledTimes(5);
    buffer.append(line('after a quiet time'));
    expect(listener).toHaveBeenCalledTimes(6);
  });

  test('tells nobody after close, and a listener that throws harms no one', () => {
    const errors: unknown[] = [];
    const buffer = new SessionEventBuffer('a', { onError: (error) => errors.push(error) });
    const listener = jest.fn();
    const gone = jest.fn();
    buffer.onChange(() => {
      throw new Error('broken');
    });
    buffer.onChange(gone).close();
    buffer.onChange(listener);
    buffer.append(line('x'));
    expect([listener.mock.calls.length, gone.mock.calls.length, errors]).toEqual([1, 0, [new Error('broken')]]);
  });
});
