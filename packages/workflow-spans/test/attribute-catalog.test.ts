import { OPERATIONS, OUTCOMES } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ATTRIBUTE_CATALOG, type AttributeDescription, type SpanRole } from '../src/index.ts';
import { runOperation } from './operations.ts';
import type { PlainSpan } from './recording.ts';

const RECORDED = OPERATIONS.flatMap((operation) =>
  (['rest', 'mcp'] as const).flatMap((transport) =>
    OUTCOMES.flatMap((outcome) => runOperation(transport, operation, outcome)),
  ),
);

function roleOf(span: PlainSpan): SpanRole {
  return span.kind === 'CLIENT' ? 'hop' : 'workflow';
}

function hasType(value: unknown, type: AttributeDescription['type']): boolean {
  if (type === 'string[]') {
    return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
  if (type === 'bool') {
    return typeof value === 'boolean';
  }
  if (type === 'int') {
    return Number.isInteger(value);
  }
  return type === 'double' ? typeof value === 'number' : typeof value === 'string';
}

function leavesThatArePrefixes(keys: readonly string[]): readonly string[] {
  return keys.filter((leaf) => keys.some((key) => key.startsWith(`${leaf}.`)));
}

describe('ATTRIBUTE_CATALOG', () => {
  test('describes every attribute that is recorded, with its type and span', () => {
    const wrong = RECORDED.flatMap((span) =>
      Object.entries(span.attributes)
        .filter(([key, value]) => {
          const row = ATTRIBUTE_CATALOG.find((attribute) => attribute.key === key);
          return row === undefined || !row.spans.includes(roleOf(span)) || !hasType(value, row.type);
        })
        .map(([key]) => `${span.name}: ${key}`),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  test.each(['workflow', 'hop', 'protocol'] as const)('has no key on %s spans that is both leaf and prefix', (role) => {
    const keys = ATTRIBUTE_CATALOG.filter(({ spans }) => spans.includes(role)).map(({ key }) => key);
    expect(leavesThatArePrefixes(keys)).toEqual([]);
  });

  test('has the nine attributes of the tools/call table on the hop span, and only the job on its entry span, too', () => {
    const nine =
      'dcc.type dcc.instance_id dcc.scene dcc.job_id mcp.method mcp.tool_slug mcp.affinity mcp.session_id mcp.request_id';
    const rows = ATTRIBUTE_CATALOG.filter(({ key }) => nine.split(' ').includes(key));
    expect(rows.map(({ key, spans }) => [key, spans.join()])).toEqual(
      rows.map(({ key }) => [key, key === 'dcc.job_id' ? 'workflow,hop' : 'hop']),
    );
    expect(rows).toHaveLength(9);
  });

  test('is what docs/reference/attributes.md says', () => {
    const script = fileURLToPath(new URL('../../../scripts/docs-attributes.mjs', import.meta.url));
    const env = { ...process.env, NODE_OPTIONS: '' };
    expect(() => execFileSync(process.execPath, [script, '--check'], { env, stdio: 'pipe' })).not.toThrow();
  });
});
