// A call that goes on as a job: what comes of it is asked for again and again, and some are cancelled.
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../fixtures/callers.ts';
import type { WayCall, WayIn } from '../tracing/ways-in.ts';
import type { Random } from './random.ts';

const ASK_MILLIS = 20;
/** One job in so many is cancelled. */
const CANCELS = 4;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

async function ask({ url, signal, traceparent }: WayCall, path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(new URL(path, url), {
    ...init,
    headers: { 'content-type': 'application/json', ...(init.method === 'POST' ? { traceparent } : {}) },
    ...(signal === undefined ? {} : { signal }),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

const errorOf = (body: Json | undefined): Json | undefined => body?.['error'] as Json | undefined;

export function jobWay(random: Random): WayIn {
  return {
    name: 'job',
    what: 'a job',
    face: 'search',
    isRest: true,
    isBatch: false,
    call: async (call) => {
      const meta = { 'dcc.async': true };
      const sent = JSON.stringify({ tool_slug: call.slug, arguments: call.arguments, meta });
      const begun = await ask(call, '/v1/call', { method: 'POST', body: sent });
      const path = String(begun.body['status_url']);
      if (begun.status !== 202) {
        return { httpStatus: begun.status, kind: errorOf(begun.body)?.['kind'] };
      }
      if (random.once(CANCELS)) {
        await ask(call, path, { method: 'DELETE' });
      }
      for (;;) {
        const { status, body: job } = await ask(call, path);
        if (job['state'] !== 'queued' && job['state'] !== 'running') {
          return { httpStatus: status, kind: (errorOf(job) ?? errorOf(job['result'] as Json | undefined))?.['kind'] };
        }
        await wait(ASK_MILLIS);
      }
    },
  };
}
