import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

describe('docs/reference/metrics.md', () => {
  test('is not stale', async () => {
    const script = fileURLToPath(new URL('../../../scripts/docs-metrics.mjs', import.meta.url));
    const run = promisify(execFile)(process.execPath, [script, '--check'], { timeout: 20_000 });
    await expect(run).resolves.toMatchObject({ stderr: '' });
  });
});
