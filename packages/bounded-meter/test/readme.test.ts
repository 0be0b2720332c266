import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createFrameCounter } from './readme.examples.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the README shows the example as it compiles', () => {
  const [, code = ''] = /\/\/ #region start\n([^]*?)\/\/ #endregion/.exec(readText('readme.examples.ts')) ?? [];
  expect(readText('../README.md')).toContain(`<!-- example: start -->\n\n\`\`\`ts\n${code}\`\`\`\n`);
});

test('the example records what it says', async () => {
  const { provider, lines } = createReading();
  createFrameCounter(provider.getMeter('studio')).record(24, { show: 'spring', quality: 'final' });
  expect(await lines()).toContain('studio.frames{show=spring,quality=final} 24');
  await provider.shutdown();
});
