import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { actionOf, KEYS } from '../src/shell/keys.ts';
import { PANELS, panelOf } from '../src/shell/panels.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('each key does one thing, and each panel has a key of its own', () => {
  const keys = KEYS.flatMap(({ keys: each }) => each);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(PANELS.map(({ key }) => key)).size).toBe(PANELS.length);
  expect(actionOf('ArrowDown')).toBe('next');
  expect(actionOf('z')).toBeUndefined();
});

test('a panel is found by its name and by the names of older links', () => {
  expect(panelOf('')?.id).toBe('overview');
  expect(panelOf('stats')?.id).toBe('overview');
  expect(panelOf('no-such-panel')).toBeUndefined();
});

test('the guides list the keys as they are', () => {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const args = ['--conditions=@dcc-mcp/source', 'scripts/docs-keys.mjs', '--check'];
  const { stderr, status } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
