// What a worker sends of an operation gives the same rows where they are kept, for operations of any kind.
import type { TracePayload } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { HopTrail } from '../../src/recording/record/operation-trail.ts';
import { KeptFacts, type KeptItem, KeptOperation } from '../../src/recording/rows/kept/kept-operation.ts';
import type { FactParts } from '../../src/recording/rows/kept/operation-facts.ts';
import { packFacts, rareFacts } from '../../src/recording/rows/kept/pack-facts.ts';
import { packAlone, Packer } from '../../src/recording/rows/kept/packed.ts';
import { LateTrace } from '../../src/recording/rows/late-rows.ts';
import { packPayload, toPayload } from '../../src/recording/rows/payload.ts';
import { OperationReceiver, OperationSender, type OperationToSend } from '../../src/recording/rows/sent-operations.ts';
import { anyFacts } from '../fixtures/operation-facts.ts';

const RULES = { maxBytes: 65_536, paths: [] };
const anyPayload = fc
  .option(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constant('ä'.repeat(20_000))), { nil: undefined })
  .map((text) => (text === undefined ? undefined : toPayload(JSON.stringify(text), RULES)));
const anyOperation = fc.record({
  parts: anyFacts,
  items: fc.array(fc.record({ parts: anyFacts, isExported: fc.boolean() }), { maxLength: 3 }),
  input: anyPayload,
  output: anyPayload,
  place: fc.option(fc.record({ isSlow: fc.boolean(), isKept: fc.boolean() }), { nil: undefined }),
  isExported: fc.boolean(),
});

interface Given {
  readonly parts: FactParts;
  readonly items?: readonly { readonly parts: FactParts; readonly isExported: boolean }[];
  readonly input: TracePayload | undefined;
  readonly output: TracePayload | undefined;
  readonly place: { readonly isSlow: boolean; readonly isKept: boolean } | undefined;
  readonly isExported: boolean;
}

function keep(parts: FactParts, packer: Packer): KeptFacts {
  const { operation, record } = parts.details;
  return new KeptFacts({ ...parts, operation, record, packed: packer.pack(packFacts(parts)), rare: rareFacts(parts) });
}

function operationOf({ parts, items = [], input, output, isExported }: Given, packer: Packer): KeptOperation {
  return new KeptOperation(keep(parts, packer), {
    isExported,
    items: items.map((item) => ({ kept: keep(item.parts, packer), isExported: item.isExported })),
    packedInput: input && packer.pack(packPayload(input)),
    packedOutput: output && packAlone(packPayload(output)),
  });
}

const toldOfItem = ({ kept, isExported }: KeptItem) => ({ facts: kept.facts, isExported });

/** As another process has them. */
function sendAndReceive(all: readonly OperationToSend[], receiver = new OperationReceiver()) {
  return receiver.receive(structuredClone(new OperationSender().send(all)));
}

describe('operations of a worker', () => {
  test('tell where they are kept what they told in the worker', () => {
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 20 }), (all) => {
        const packer = new Packer();
        const receiver = new OperationReceiver();
        const sent = all.map((given) => {
          const operation = operationOf(given, packer);
          return { operation, kept: operation.kept, trace: given.place && new LateTrace(operation, given.place) };
        });
        const received = [...sendAndReceive(sent, receiver), ...sendAndReceive(sent, receiver)];
        for (const [index, { id, operation, place }] of received.entries()) {
          const given = all[index % all.length]!;
          expect(id).toBe(given.parts.rowId);
          expect(operation.kept.facts).toEqual(sent[index % all.length]!.kept.facts);
          expect(place === undefined ? undefined : { isSlow: place.isSlow, isKept: place.isKept }).toEqual(given.place);
          const here = sent[index % all.length]!.operation;
          const hasContent = given.place !== undefined;
          expect(operation.input).toEqual(hasContent ? here.input : undefined);
          expect(operation.output).toEqual(hasContent ? here.output : undefined);
          expect(operation.isExported).toBe(hasContent && given.isExported);
          expect(operation.items.map(toldOfItem)).toEqual(hasContent ? here.items.map(toldOfItem) : []);
        }
        expect(received).toHaveLength(all.length * 2);
      }),
    );
  });

  test('carry tries of a request that are written down by their own object', () => {
    const [parts] = fc.sample(anyFacts, { numRuns: 1, seed: 3 });
    let now = 1_000;
    const hop = new HopTrail(
      { name: 'tools/call bake', spanContext: { traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), traceFlags: 1 } },
      { now: () => (now += 5) },
    );
    hop.addFailedTry('timeout', 20);
    hop.end({ outcome: 'ok', jobId: 'a job' });
    const trail = { ...parts!.trail, hops: [hop] };
    const operation = operationOf(
      { parts: { ...parts!, trail }, input: undefined, output: undefined, place: undefined, isExported: true },
      new Packer(),
    );
    const [received] = sendAndReceive([{ kept: operation.kept, trace: undefined }]);
    expect(received!.operation.kept.facts.trail.hops).toEqual([
      {
        name: 'tools/call bake',
        spanContext: { spanId: 'e'.repeat(16) },
        queueMillis: 0,
        startedAt: 1_005,
        endedAt: 1_015,
        failedTries: [{ endedAt: 1_010, outcome: 'timeout', delayMillis: 20 }],
        ending: { outcome: 'ok', jobId: 'a job' },
      },
    ]);
  });

  test('name a tool once in a message, and only what rows tell of it', () => {
    const record = { slug: 'maya.a1b2c3d4.bake', label: 'maya__bake', tool: { inputSchema: { type: 'object' } } };
    const [parts] = fc.sample(anyFacts, { numRuns: 1, seed: 3 });
    const named = { ...parts!, details: { ...parts!.details, record } } as unknown as FactParts;
    const operations = [1, 2].map(() =>
      operationOf(
        { parts: named, input: undefined, output: undefined, place: undefined, isExported: true },
        new Packer(),
      ),
    );
    const message = structuredClone(
      new OperationSender().send(operations.map(({ kept }) => ({ kept, trace: undefined }))),
    );
    const [first, second] = message.operations;
    expect(first!.record).toEqual({ slug: 'maya.a1b2c3d4.bake', label: 'maya__bake' });
    expect(second!.record).toBe(first!.record);
  });
});
