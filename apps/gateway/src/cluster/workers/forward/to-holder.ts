import { type BodyReading, headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import type { App } from '../../../http/app.ts';
import type { Reply } from '../../../http/reply.ts';
import type { JobRecords } from '../../../jobs/job-records.ts';
import type { InputRounds } from '../../../mcp/input-rounds/input-rounds.ts';
import { gatewayOfEvent } from '../../../mcp/resumption/session-logs.ts';
import { isJsonObject } from '../../../protocol/json-rpc.ts';
import { OverContext } from './over-context.ts';
import { passBodyOn, passOn } from './pass-on.ts';

export interface ToHolderOptions {
  readonly rounds: Pick<InputRounds, 'find'>;
  readonly jobs: Pick<JobRecords, 'gatewayOf'>;
  /**
   * Where the process of this gateway listens whose address among gateways begins so; `undefined` for this process, and
   * where there is none.
   */
  readonly pathOf: (address: string) => Promise<string | undefined>;
  /** Largest body that is passed on. */
  readonly bodyLimitBytes: number;
}

/** As if whoever sent it had gone: what is made of it here is no answer. */
const TAKEN: BodyReading = { ok: false, reason: 'aborted' };

const MCP = /^\/mcp\/?$/;
const JOB_EVENTS = /^\/v1\/jobs\/([^/]+)\/events\/?$/;

/**
 * What one process alone can answer is answered there, whichever connection it comes on: a call that goes on once its
 * client has answered what it asked, a stream that a client takes up again, the events of a job.
 */
export function toHolder(own: App, options: ToHolderOptions): App {
  return (http) => {
    if (http.method === 'GET') {
      return openStream(own, http, options);
    }
    return http.method === 'POST' && MCP.test(http.path) ? answer(own, http, options) : own(http);
  };
}

async function openStream(own: App, http: HttpContext, options: ToHolderOptions): Promise<Reply> {
  const { pathOf, bodyLimitBytes } = options;
  const holder = await streamHolder(http, options).catch(() => undefined);
  const socketPath = holder === undefined ? undefined : await pathOf(holder).catch(() => undefined);
  return socketPath === undefined ? own(http) : passOn(http, { socketPath, bodyLimitBytes });
}

/** The address of the gateway that has what is asked for, or its beginning. */
async function streamHolder(http: HttpContext, { jobs }: ToHolderOptions): Promise<string | undefined> {
  const [, job] = JOB_EVENTS.exec(http.path) ?? [];
  if (job !== undefined) {
    return jobs.gatewayOf(job);
  }
  const left = MCP.test(http.path) ? headerText(http.headers, 'last-event-id') : undefined;
  return left === undefined ? undefined : gatewayOfEvent(left);
}

async function answer(own: App, http: HttpContext, options: ToHolderOptions): Promise<Reply> {
  let elsewhere: Promise<Reply> | undefined;
  const readBody = async (maxBytes: number): Promise<BodyReading> => {
    const reading = await http.readBody(maxBytes);
    if (!reading.ok || !reading.text.includes('"requestState"')) {
      return reading;
    }
    const path = await pathOfRound(reading.text, options);
    if (path === undefined) {
      return reading;
    }
    elsewhere = passBodyOn(http, path, reading.text);
    return TAKEN;
  };
  const reply = await own(new OverContext(http, { readBody }));
  return elsewhere ?? reply;
}

/** Where the call waits that the message goes on with. */
async function pathOfRound(text: string, { rounds, pathOf }: ToHolderOptions): Promise<string | undefined> {
  const requestState = stateOf(text);
  const round = requestState === undefined ? undefined : await rounds.find(requestState, Date.now());
  return round?.gatewayId === undefined ? undefined : pathOf(round.gatewayId);
}

/** What is no message is answered here. */
function stateOf(text: string): string | undefined {
  try {
    const message: unknown = JSON.parse(text);
    const params = isJsonObject(message) ? message['params'] : undefined;
    const state = isJsonObject(params) ? params['requestState'] : undefined;
    return typeof state === 'string' ? state : undefined;
  } catch {
    return undefined;
  }
}
