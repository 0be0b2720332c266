import { OPERATIONS, type Operation, OUTCOMES } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { runOperation } from './operations.ts';
import type { PlainSpan } from './recording.ts';

type Transport = 'rest' | 'mcp';

const CASES = OPERATIONS.flatMap((operation): [Transport, Operation][] => [
  ['rest', operation],
  ['mcp', operation],
]);

/** The spans of the ok outcome in full; for each other outcome what differs from them, span by span. */
function render(transport: Transport, operation: Operation): string {
  const ok = runOperation(transport, operation, 'ok');
  const others = OUTCOMES.filter((outcome) => outcome !== 'ok').map((outcome) => [
    outcome,
    differences(ok, runOperation(transport, operation, outcome)),
  ]);
  return `${JSON.stringify({ ok, ...Object.fromEntries(others) }, undefined, 2)}\n`;
}

// Spans end from the inside out, so the last ones correspond.
function differences(ok: readonly PlainSpan[], other: readonly PlainSpan[]): unknown {
  const missing = ok.length - other.length;
  const spans = other.map((span, index) => differenceOf(ok[index + missing]!, span));
  return {
    spans: other.length,
    ...Object.fromEntries(spans.map((span, index) => [`${index} ${other[index]!.name}`, span])),
  };
}

function differenceOf(ok: PlainSpan, other: PlainSpan): unknown {
  const keys = [...new Set([...Object.keys(ok.attributes), ...Object.keys(other.attributes)])].toSorted();
  const changed = keys.filter((key) => JSON.stringify(ok.attributes[key]) !== JSON.stringify(other.attributes[key]));
  return {
    status: other.status,
    ...(other.events.length > 0 && { events: other.events }),
    attributes: Object.fromEntries(changed.map((key) => [key, other.attributes[key] ?? '(absent)'])),
  };
}

describe('spans of an operation', () => {
  test.each(CASES)('over %s, %s, are as recorded for each outcome', (transport, operation) => {
    const file = new URL(`expected/${operation}.${transport}.json`, import.meta.url);
    const text = render(transport, operation);
    // UPDATE_EXPECTED=1 writes the files anew; read the difference before committing it.
    if (process.env['UPDATE_EXPECTED'] === '1') {
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});
