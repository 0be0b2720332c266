import { readRequestContext } from '@dcc-mcp/request-context';
import { OUTCOMES } from '@dcc-mcp/semantic-conventions';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createAttributeRedaction, createCapturePolicy, createWorkflowSpans } from '../src/index.ts';
import { countingSettings, startRecording } from './recording.ts';

const POLICIES = [createCapturePolicy(), createCapturePolicy({ captureContent: ['all'] })];

describe('a workflow span', () => {
  test('takes any content and any name without a throw, within bounds', () => {
    const settings = countingSettings();
    const name = fc.string({ unit: 'grapheme', maxLength: 700 });
    fc.assert(
      fc.property(
        fc.record({
          capture: fc.constantFrom(...POLICIES),
          content: fc.jsonValue(),
          text: name,
          outcome: fc.constantFrom(...OUTCOMES),
        }),
        ({ capture, content, text, outcome }) => {
          const { tracer, exporter } = startRecording();
          const spans = createWorkflowSpans({ tracer, settings, capture });
          const span = spans.startWorkflow(
            readRequestContext({ transport: 'rest', headers: {} }, settings),
            'gateway.call',
          );
          span.setRoute({ dccType: text, toolSlug: text, toolName: text });
          span.setInput(content);
          span.setOutput(content);
          span.end({ outcome });
          const values = Object.values(exporter.getFinishedSpans()[0]!.attributes);
          expect(Math.max(...values.map((value) => String(value).length))).toBeLessThanOrEqual(16_384);
        },
      ),
    );
  });

  test('takes content that JSON can not hold', () => {
    const { tracer, exporter } = startRecording();
    const settings = countingSettings();
    const cycle: Record<string, unknown> = { big: 1n };
    cycle['self'] = cycle;
    const span = createWorkflowSpans({ tracer, settings }).startWorkflow(
      readRequestContext({ transport: 'rest', headers: {} }, settings),
      'gateway.call',
    );
    span.setInput(cycle);
    span.end({ outcome: 'ok' });
    expect(exporter.getFinishedSpans()[0]?.attributes['input.value']).toMatch(
      /^\{"arguments":\["big","self"\],"bytes":0,/,
    );
  });
});

describe('redaction at export', () => {
  test('changes nothing the second time', () => {
    const redact = createAttributeRedaction(createCapturePolicy({ env: { OPENINFERENCE_HIDE_INPUTS: 'true' } }));
    const value = fc.oneof(
      fc.string(),
      fc.emailAddress(),
      fc.webUrl(),
      fc.double(),
      fc.boolean(),
      fc.array(fc.string()),
    );
    const key = fc.oneof(fc.string(), fc.constantFrom('input.value', 'metadata', 'tool.parameters', 'llm.tools.0.x'));
    fc.assert(
      fc.property(fc.dictionary(key, value), (attributes) => {
        const once = redact(attributes);
        expect(redact(once)).toEqual(once);
      }),
    );
  });
});
