import { asObject, textOf } from '../../protocol/json-rpc.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { askBounded } from './bounded-answer.ts';

const ASK_MILLIS = 5_000;
const MAX_REASON_LENGTH = 200;

/** Who asks, and how it proves that it may. */
export interface Challenge {
  /** `http://127.0.0.1:9765` */
  readonly url: string;
  readonly version: string;
  readonly secret: string | undefined;
  readonly signal: AbortSignal;
}

/** Whether the port is given, or why not, in words that follow "it does not yield: ". */
export type YieldAnswer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Asks an older gateway for its port. Rejects only where `signal` aborts. */
export async function askToYield({ url, version, secret, signal }: Challenge): Promise<YieldAnswer> {
  if (secret === undefined) {
    return { ok: false, reason: 'it runs as another user or with another state folder' };
  }
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify({ challenger_version: version, reason: 'a newer version was started on this port' }),
    signal,
  };
  try {
    const { status, body } = await askBounded(`${url}/gateway/yield`, init, ASK_MILLIS);
    if (status === 200) {
      return { ok: true };
    }
    const said = toPrintableLine(textOf(asObject(body?.['error'])?.['message']), MAX_REASON_LENGTH);
    return { ok: false, reason: said === '' ? `it answers ${status}` : said };
  } catch {
    signal.throwIfAborted();
    return { ok: false, reason: 'it does not answer' };
  }
}
