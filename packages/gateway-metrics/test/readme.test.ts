import { createReading } from '@dcc-mcp/test-kit/metric-reading';
import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { onCallFinished, startGatewayMetrics } from './readme.examples.ts';

const readText = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const regions = [...readText('readme.examples.ts').matchAll(/\/\/ #region (\w+)\n([^]*?)\/\/ #endregion/g)];

describe('README', () => {
  test.each(regions.map(([, name = '', code = '']) => [name, code]))(
    'shows the example "%s" as it compiles',
    (name, code) => {
      expect(readText('../README.md')).toContain(`<!-- example: ${name} -->\n\n\`\`\`ts\n${code}\`\`\`\n`);
    },
  );
});

describe('the examples', () => {
  test('record what they say', async () => {
    const { provider, lines } = createReading();
    const metrics = startGatewayMetrics(provider.getMeter('readme'), new Set(['maya__render']), new Map());
    onCallFinished(metrics, 'maya__render', { isError: false, seconds: 1 });
    const text = await lines();
    expect(text).toContain('dcc_mcp.tool.calls{tool=maya__render,status=success} 1');
    expect(text).toContain('dcc_mcp.registered_tools{} 1');
    await provider.shutdown();
  });
});
