import { describe, expect, test } from '@jest/globals';
import { type CallLoop, CallLoops } from '../../src/governance/call-loops.ts';

const SESSION = 'session-1';

function loopsOf(loopCalls: number) {
  const told: CallLoop[] = [];
  const settings = { loopCalls, loopWindowSecs: 60, refuseLoops: false };
  const loops = new CallLoops({ settings, onLoop: (loop) => void told.push(loop) });
  const call = (said: string, slug = 'maya.a1b2c3d4.render') =>
    loops.note({ tool: 'maya__render', slug, said, session: SESSION, principalOf: () => 'ada' }, 1_000);
  const callOthers = (from: number, count: number) => {
    for (let number = from; number < from + count; number += 1) {
      call(`other ${number}`);
    }
  };
  return { told, call, callOthers };
}

describe('calls that are remembered', () => {
  test('are so while thousands of others are made', () => {
    const { told, call, callOthers } = loopsOf(2);
    callOthers(0, 4_000);
    call('same');
    callOthers(4_000, 4_000);
    call('same');
    expect(told).toEqual([]);
    call('same');
    expect(told).toMatchObject([{ tool: 'maya__render', caller: SESSION, calls: 3 }]);
  });

  test('are told apart by each character of arguments and slug, however long', () => {
    const { told, call } = loopsOf(1);
    for (const filler of ['', 'é'.repeat(300), 'x'.repeat(100_000)]) {
      for (let number = 0; number < 300; number += 1) {
        call(`{"id":${number},"text":"${filler}"}`);
        call(`{"text":"${filler}","id":${number}}`);
        call(`{"id":${number},"text":"${filler}"}`, 'maya.a1b2c3d4.other');
      }
    }
    expect(told).toEqual([]);
  });

  test('are at most 10,000: the oldest are as good as new', () => {
    const { told, call, callOthers } = loopsOf(2);
    call('same');
    call('same');
    callOthers(0, 10_000);
    call('same');
    call('same');
    expect(told).toEqual([]);
  });
});
