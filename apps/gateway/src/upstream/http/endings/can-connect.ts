import { connect } from 'node:net';
import type { Reach } from '../reach/reach.ts';
import { CONNECTION_REFUSED, whyNeverConnected } from './network-errors.ts';

const LIMIT_MILLIS = 1_000;
/** A dying process may still take a connection for a moment; it does not keep it for this long. */
const HOLD_MILLIS = 100;

/** Whether `url`'s host takes a connection and keeps it at this moment; the reason when it does not. */
export async function whyNotConnecting(url: URL, reach: Reach | undefined): Promise<string | undefined> {
  const refusal = reach?.refusal(url.hostname);
  if (refusal !== undefined) {
    return whyNeverConnected(refusal);
  }
  const first = await tryOnce(url, reach);
  return first === 'closed' ? whyNotSecond(await tryOnce(url, reach)) : first;
}

function whyNotSecond(second: string | undefined): string | undefined {
  return second === 'closed' ? 'the host closes every connection' : second;
}

function tryOnce(url: URL, reach: Reach | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const host = url.hostname.replaceAll(/^\[|\]$/g, '');
    const socket = connect({ host, port, ...(reach === undefined ? {} : { lookup: reach.lookup }) });
    let hold: NodeJS.Timeout | undefined;
    const finish = (reason: string | undefined): void => {
      clearTimeout(hold);
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(LIMIT_MILLIS, () => finish('no connection in time'));
    socket.once('connect', () => {
      hold = setTimeout(() => finish(undefined), HOLD_MILLIS);
    });
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      finish(hold !== undefined ? 'closed' : code === 'ECONNREFUSED' ? CONNECTION_REFUSED : message),
    );
    socket.once('close', () => finish('closed'));
    socket.resume();
  });
}
