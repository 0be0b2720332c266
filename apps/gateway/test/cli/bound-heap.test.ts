// V8 takes no more memory than the program gains by, unless whoever starts it says so: a real process under allocation.
import { afterEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';

const ALLOCATING = join(import.meta.dirname, '../fixtures/allocating.mjs');
const MEBIBYTE = 1_048_576;
/** Two semi-spaces of 16 MiB, and pages that V8 has on top while it collects; by itself Node 24 takes 128 MiB. */
const MAX_YOUNG_BYTES = 48 * MEBIBYTE;

/** What the process had at most while much of what it allocated lived for a moment, in bytes. */
interface Peaks {
  readonly young: number;
  readonly old: number;
}

let gateway: GatewayProcess | undefined;

afterEach(() => gateway?.stop());

async function peaksOf(nodeOptions = ''): Promise<Peaks> {
  const env = { NODE_OPTIONS: `--import=${ALLOCATING} ${nodeOptions}` };
  gateway = await startGatewayProcess({ env });
  for (;;) {
    const said = /^peaks (.*)$/m.exec(gateway.stderr())?.[1];
    if (said !== undefined) {
      return JSON.parse(said) as Peaks;
    }
    await wait(50);
  }
}

test('the young generation has two semi-spaces of 16 MiB at most, and the old one is collected at twice of what lives', async () => {
  const { young, old } = await peaksOf();
  expect(young).toBeLessThan(MAX_YOUNG_BYTES);
  expect(old).toBeLessThanOrEqual(160 * MEBIBYTE);
}, 20_000);

test('who says how large a semi-space may be has it so', async () => {
  const { young } = await peaksOf('--max-semi-space-size=32');
  expect(young).toBeGreaterThanOrEqual(64 * MEBIBYTE);
}, 20_000);

test('a bound of the whole heap says nothing of its parts', async () => {
  const { young } = await peaksOf('--max-old-space-size=512');
  expect(young).toBeLessThan(MAX_YOUNG_BYTES);
}, 20_000);
