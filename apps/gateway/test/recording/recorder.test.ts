import { describe, expect, test } from '@jest/globals';
import { setImmediate as nextImmediate } from 'node:timers/promises';
import type { Finished } from '../../src/recording/record/finished.ts';
import { Recorder } from '../../src/recording/record/recorder.ts';

const ANSWER: Finished = { kind: 'answer', surface: 'call', bytes: 12 };
const LIST: Finished = { kind: 'answer', surface: 'tools_list', bytes: 34 };
const BROKEN = new Error('the sink is full');

function broken(): never {
  throw BROKEN;
}

/** What was asked for in this turn is done: the tick after it, and what that asks for. */
async function endOfTurn(): Promise<void> {
  await nextImmediate();
  await nextImmediate();
}

function twoSinks(): { readonly taken: [string, Finished][]; readonly recorder: Recorder } {
  const taken: [string, Finished][] = [];
  const sinks = ['first', 'second'].map((name) => ({ record: (each: Finished) => taken.push([name, each]) }));
  return { taken, recorder: new Recorder(sinks, () => {}) };
}

describe('Recorder', () => {
  test('hands what was finished in a turn to every sink, in the order they are listed', async () => {
    const { taken, recorder } = twoSinks();
    recorder.record(ANSWER);
    recorder.record(LIST);
    expect(taken).toEqual([]);
    await endOfTurn();
    expect(taken).toEqual([
      ['first', ANSWER],
      ['first', LIST],
      ['second', ANSWER],
      ['second', LIST],
    ]);
  });

  test('comes after the answers of the turn, which are written at its end', async () => {
    const order: string[] = [];
    const recorder = new Recorder([{ record: () => order.push('recorded') }], () => {});
    await Promise.resolve().then(() => recorder.record(ANSWER));
    setImmediate(() => order.push('written'));
    await endOfTurn();
    expect(order).toEqual(['written', 'recorded']);
  });

  test('hands over at once, and only once, what waits for one who closes', async () => {
    const { taken, recorder } = twoSinks();
    recorder.record(ANSWER);
    recorder.flush();
    const atOnce = [...taken];
    await endOfTurn();
    expect([atOnce.length, taken.length]).toEqual([2, 2]);
    recorder.record(LIST);
    await endOfTurn();
    expect(taken.slice(2)).toEqual([
      ['first', LIST],
      ['second', LIST],
    ]);
  });

  test('a sink that throws breaks neither the work nor the other sinks, and is told of once', async () => {
    const taken: Finished[] = [];
    const told: unknown[] = [];
    const sinks = [{ record: broken }, { record: (each: Finished) => taken.push(each) }];
    const recorder = new Recorder(sinks, (error) => told.push(error));
    recorder.record(ANSWER);
    recorder.record(ANSWER);
    await endOfTurn();
    expect([taken, told]).toEqual([[ANSWER, ANSWER], [BROKEN]]);
  });

  test('says that nobody listens where there is no sink', () => {
    expect(new Recorder([], () => {}).isRecording).toBe(false);
    expect(new Recorder([{ record: broken }], () => {}).isRecording).toBe(true);
  });
});
