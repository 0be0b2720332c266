import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { describeIssues, describeSettings, loadTelemetry } from './readme.examples.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const EXAMPLES = readFileSync(new URL('readme.examples.ts', import.meta.url), 'utf8');
const REGIONS = [...EXAMPLES.matchAll(/\/\/ #region (\w+)\n(.*?)\/\/ #endregion/gs)].map(([, name, body]) => [
  name,
  body?.trim(),
]);

function missing(): string {
  throw new Error('ENOENT');
}

describe('README.md', () => {
  test.each(REGIONS)('holds the example %s as it is compiled', (_name, body) => {
    expect(README).toContain(`\`\`\`ts\n${body}\n\`\`\``);
  });

  test('shows the line that its examples print', () => {
    const [line] = describeIssues(loadTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, missing));
    expect(README).toContain(`\`\`\`\n${line}\n\`\`\``);
  });

  test('its examples read files, and say when they cannot', () => {
    const env = { OTEL_CONFIG_FILE: '/x.yaml' };
    expect(loadTelemetry(env, () => 'file_format: "1.0"').issues).toEqual([]);
    expect(describeIssues(loadTelemetry(env, missing))[0]).toContain('(ENOENT), so nothing is exported');
    const overruled = loadTelemetry({ ...env, OTEL_TRACES_SAMPLER: 'always_off' }, () => 'file_format: "1.0"');
    expect(describeSettings(overruled)).toContain('OTEL_TRACES_SAMPLER = set, ignored (ignored OTEL_TRACES_SAMPLER)');
  });
});
