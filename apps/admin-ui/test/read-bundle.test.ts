import { expect, test } from '@jest/globals';
import { readBundle } from '../src/panels/bundle/read-bundle.ts';

const BUNDLE = {
  schema: 'dcc-mcp.debug-bundle.v1',
  calls: [],
  traces: [],
  searches: [],
  events: [],
  hints: [],
  omitted: [],
  previous_failures: [],
};

test('a saved bundle is read, and so is one in an issue report', () => {
  expect(readBundle(JSON.stringify(BUNDLE))).toMatchObject({ ok: true });
  expect(readBundle(JSON.stringify({ schema: 'dcc-mcp.issue-report.v1', bundle: BUNDLE }))).toMatchObject({ ok: true });
});

test.each([
  ['{', 'bundle.notJson'],
  ['', 'bundle.notJson'],
  ['null', 'bundle.noSchema'],
  ['[]', 'bundle.noSchema'],
  ['{"schema":1}', 'bundle.noSchema'],
  ['{"log":{"version":"1.2","entries":[]}}', 'bundle.har'],
  ['{"schema":"dcc-mcp.issue-report.v1"}', 'bundle.otherSchema'],
  ['{"schema":"dcc-mcp.debug-bundle.v1"}', 'bundle.notWhole'],
])('%j is told to be none', (text, issue) => {
  expect(readBundle(text)).toMatchObject({ ok: false, issue });
});
