import { connect } from 'node:net';
import { CONNECTION_REFUSED } from './network-errors.ts';

const LIMIT_MILLIS = 1_000;
/** A dying process may still take a connection for a moment; it does not keep it for this long. */
const HOLD_MILLIS = 100;

/** Whether `url`'s host takes a connection and keeps it at this moment; the reason when it does not. */
export async function whyNotConnecting(url: URL): Promise<string | undefined> {
  const first = await tryOnce(url);
  return first === 'closed' ? whyNotSecond(await tryOnce(url)) : first;
}

function whyNotSecond(second: string | undefined): string | undefined {
  return second === 'closed' ? 'the host closes every connection' : second;
}

function tryOnce(url: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const socket = connect({ host: url.hostname.replaceAll(/^\[|\]$/g, ''), port });
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
