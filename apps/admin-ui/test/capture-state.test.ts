import { FRAME_LEGS } from '@dcc-mcp/call-store';
import { expect, test } from '@jest/globals';
import { captureWords, hasFrames, LEG_KEYS } from '../src/panels/traffic/capture-state.ts';
import { en } from '../src/text/en/en.ts';

test('where capture is off, what turns it on is said with what it costs', () => {
  const { more } = captureWords('capture_disabled');
  const said = more.map((key) => en[key]).join(' ');
  expect(said).toContain('DCC_MCP_TRAFFIC_CAPTURE=metadata');
  expect(said).toContain('privacy');
});

test('each state is told apart from no traffic', () => {
  const states = ['capture_disabled', 'capture_unavailable', 'filtered', 'no_traffic', 'captured'] as const;
  expect(new Set(states.map((state) => captureWords(state).says)).size).toBe(states.length);
  expect(states.filter((state) => captureWords(state).hasMessage)).toEqual(['capture_unavailable', 'filtered']);
});

test('a filter is why none is seen only where some are kept', () => {
  expect([hasFrames({ retained_frames: 0 }), hasFrames({ retained_frames: 3 })]).toEqual([false, true]);
});

test('every way of a message has a name', () => {
  expect(Object.keys(LEG_KEYS).toSorted()).toEqual([...FRAME_LEGS].toSorted());
});
