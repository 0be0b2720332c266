// Clients of every kind that call one tool after the other, and of which some leave in the middle.
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import { openLegacy, openModern } from '../tracing/raw-mcp.ts';
import { type Seen, WAYS_IN, type WayCall, type WayIn } from '../tracing/ways-in.ts';
import { jobWay } from './job-way.ts';
import type { Random } from './random.ts';

/** One call, and what its caller got. */
export interface Attempt {
  readonly traceId: string;
  readonly way: string;
  readonly slug: string;
  /** What the caller saw; `left`: it had gone; else what was thrown. */
  readonly end: Seen | 'left' | Error;
}

/** An answer is due within this time: the time of a call, that of a queue, and a busy machine. */
const ANSWER_MILLIS = 20_000;
/** One in so many leaves before the answer. */
const LEAVES = 4;
const MAX_STAY_MILLIS = 100;
/** One call to a child in so many is its last: one that dies is started again after longer and longer pauses. */
const ENDS = 60;
/** Calls between two looks at which servers there are. */
const LOOK_EVERY = 10;
const CHILD_TOOLS = ['read_it', 'work', 'work', 'wait_a_little', 'fail', 'lie', 'say_rubbish', 'unknown'];
const HOST_TOOLS = ['read_it', 'work', 'work', 'unknown'];

interface Target {
  readonly dccType: string;
  readonly id: string;
  readonly short: string;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

async function targetsOf(url: string): Promise<readonly Target[]> {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as { readonly instances: readonly Json[] };
  return instances.map(({ dcc_type: dccType, instance_id: id, instance_short: short }) => ({
    dccType: String(dccType),
    id: String(id),
    short: String(short),
  }));
}

/** Calls until `signal` aborts. @returns Every call that was begun. */
export async function callAway(url: string, random: Random, signal: AbortSignal): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  const [legacy, modern] = [await openLegacy(url), openModern(url)];
  const ways = [...WAYS_IN.filter(({ face }) => face === 'search'), jobWay(random)];
  let targets: readonly Target[] = [];
  while (!signal.aborted) {
    // Some are called after they have left.
    if (attempts.length % LOOK_EVERY === 0) {
      targets = await targetsOf(url);
    }
    const target = random.pick(targets);
    const way = random.pick(ways);
    if (target === undefined || way === undefined) {
      throw new Error('there is nothing to call');
    }
    const slug = `${target.dccType}.${target.short}.${toolOf(target, random)}`;
    const traceId = hex(16);
    const traceparent = `00-${traceId}-${hex(8)}-01`;
    const call = { url, legacy, modern, slug, instanceId: target.id, arguments: {}, traceparent, id: `c-${traceId}` };
    attempts.push({ traceId, way: way.name, slug, end: await tryOne(way, call, random) });
  }
  return attempts;
}

function toolOf({ dccType }: Target, random: Random): string {
  if (!dccType.startsWith('child')) {
    return random.pick(HOST_TOOLS) ?? '';
  }
  return random.once(ENDS) ? 'end' : (random.pick(CHILD_TOOLS) ?? '');
}

async function tryOne(way: WayIn, call: WayCall, random: Random): Promise<Attempt['end']> {
  const leaves = random.once(LEAVES);
  const stay = new AbortController();
  if (leaves) {
    void wait(random.integer(MAX_STAY_MILLIS)).then(() => stay.abort());
  }
  try {
    return await way.call({ ...call, signal: AbortSignal.any([stay.signal, AbortSignal.timeout(ANSWER_MILLIS)]) });
  } catch (error) {
    return stay.signal.aborted ? 'left' : (error as Error);
  }
}
