import { describe, expect, test } from '@jest/globals';
import type { Finished } from '../../src/recording/record/finished.ts';
import { Recorder } from '../../src/recording/record/recorder.ts';

const ANSWER: Finished = { kind: 'answer', surface: 'call', bytes: 12 };
const BROKEN = new Error('the sink is full');

function broken(): never {
  throw BROKEN;
}

describe('Recorder', () => {
  test('hands what is finished to every sink, in the order they are listed', () => {
    const taken: [string, Finished][] = [];
    const sinks = ['first', 'second'].map((name) => ({ record: (each: Finished) => taken.push([name, each]) }));
    new Recorder(sinks, () => {}).record(ANSWER);
    expect(taken).toEqual([
      ['first', ANSWER],
      ['second', ANSWER],
    ]);
  });

  test('a sink that throws breaks neither the work nor the other sinks, and is told of once', () => {
    const taken: Finished[] = [];
    const told: unknown[] = [];
    const sinks = [{ record: broken }, { record: (each: Finished) => taken.push(each) }];
    const recorder = new Recorder(sinks, (error) => told.push(error));
    recorder.record(ANSWER);
    recorder.record(ANSWER);
    expect([taken, told]).toEqual([[ANSWER, ANSWER], [BROKEN]]);
  });

  test('says that nobody listens where there is no sink', () => {
    expect(new Recorder([], () => {}).isRecording).toBe(false);
    expect(new Recorder([{ record: broken }], () => {}).isRecording).toBe(true);
  });
});
