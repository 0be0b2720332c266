import type { BodyReading, HttpContext } from '@dcc-mcp/http-adapter';
import type { App } from '../../../http/app.ts';
import type { Reply } from '../../../http/reply.ts';
import type { InputRounds } from '../../../mcp/input-rounds/input-rounds.ts';
import { isJsonObject } from '../../../protocol/json-rpc.ts';
import { OverContext } from './over-context.ts';
import { passBodyOn } from './pass-on.ts';

export interface ToHolderOptions {
  readonly rounds: Pick<InputRounds, 'find'>;
  /** Where the worker listens that has that address among gateways; `undefined` for this one and for no worker. */
  readonly pathOf: (address: string) => Promise<string | undefined>;
}

/** As if whoever sent it had gone: what is made of it here is no answer. */
const TAKEN: BodyReading = { ok: false, reason: 'aborted' };

/**
 * A client that answers what a call asked repeats the call, on any connection; the call waits at one worker. What comes
 * elsewhere is answered there.
 */
export function toHolder(own: App, options: ToHolderOptions): App {
  return (http) => (http.method === 'POST' && http.path === '/mcp' ? answer(own, http, options) : own(http));
}

async function answer(own: App, http: HttpContext, options: ToHolderOptions): Promise<Reply> {
  let elsewhere: Promise<Reply> | undefined;
  const readBody = async (maxBytes: number): Promise<BodyReading> => {
    const reading = await http.readBody(maxBytes);
    if (!reading.ok || !reading.text.includes('"requestState"')) {
      return reading;
    }
    const path = await holderOf(reading.text, options);
    if (path === undefined) {
      return reading;
    }
    elsewhere = passBodyOn(http, path, reading.text);
    return TAKEN;
  };
  const reply = await own(new OverContext(http, { readBody }));
  return elsewhere ?? reply;
}

async function holderOf(text: string, { rounds, pathOf }: ToHolderOptions): Promise<string | undefined> {
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
