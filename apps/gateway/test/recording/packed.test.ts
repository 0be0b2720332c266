// What is packed until somebody looks is what was there: numbers, texts of any characters, what is rare and what is absent.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FactParts, KeptHop } from '../../src/recording/rows/kept/operation-facts.ts';
import { packFacts, rareFacts, unpackFacts } from '../../src/recording/rows/kept/pack-facts.ts';
import { packAlone, Packer } from '../../src/recording/rows/kept/packed.ts';
import { packEmptied, packPayload, toPayload, unpackPayload } from '../../src/recording/rows/payload.ts';
import { anyFacts, anyHop } from '../fixtures/operation-facts.ts';

describe('facts of an operation', () => {
  test('are the same after they were packed, each among others', () => {
    fc.assert(
      fc.property(fc.array(anyFacts, { minLength: 1, maxLength: 20 }), (all) => {
        const packer = new Packer();
        const packed = all.map((each) => packer.pack(packFacts(each)));
        const again = all.map((each, index) => {
          const { operation, record } = each.details;
          return unpackFacts(packed[index]!, { ...each, operation, record }, rareFacts(each));
        });
        expect(again).toEqual(all);
      }),
    );
  });

  test('most operations have none that is rare', () => {
    const [first] = fc.sample(anyFacts, { numRuns: 1, seed: 1 });
    const ending = { outcome: 'ok', jobId: undefined } as const;
    const plain: KeptHop = { ...fc.sample(anyHop, { numRuns: 1, seed: 1 })[0]!, failedTries: [], ending };
    const trail = { ...first!.trail, hops: [plain], policy: undefined, jobId: undefined };
    const common: FactParts = { ...first!, outcome: 'ok', trail, error: undefined, join: undefined };
    expect(rareFacts(common)).toBeUndefined();
    const retried = [{ ...plain, failedTries: [{ endedAt: 1, outcome: 'timeout' as const, delayMillis: 1 }] }];
    expect(rareFacts({ ...common, trail: { ...trail, hops: retried } })?.hops).toEqual(retried);
  });
});

describe('content of an operation', () => {
  const payload = toPayload(JSON.stringify({ say: 'später 🎈' }), { maxBytes: 1_000, paths: [] });

  test('is the same after it was packed, short or long, among others or alone', () => {
    const packer = new Packer();
    const rules = { maxBytes: 65_536, paths: [] };
    const contents = ['1', '"ä🎈"', JSON.stringify('x'.repeat(5_000)), JSON.stringify('ä'.repeat(30_000))];
    const payloads = Array.from({ length: 40 }, (_, index) => toPayload(contents[index % contents.length]!, rules));
    const packed = payloads.map((each) => packer.pack(packPayload(each)));
    expect(packed.map(unpackPayload)).toEqual(payloads);
    expect(payloads.map((each) => unpackPayload(packAlone(packPayload(each))))).toEqual(payloads);
  });

  test('that was let go says how large it was, and that it is gone', () => {
    const emptied = packAlone(packEmptied(packAlone(packPayload(payload))));
    expect(unpackPayload(emptied)).toEqual({ ...payload, content: '', truncated: true, dropped: true });
    expect(emptied.bytes).toBe(0);
  });

  test('half a pair of surrogates becomes a sign that stands for it', () => {
    expect(packAlone({ numbers: [], text: 'a\uD83Cz' }).text).toBe('a\uFFFDz');
  });
});
