import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { splitChallenges } from './challenges.ts';

function setHeaders(target: ServerResponse, headers: Headers): void {
  for (const [name, value] of headers) {
    if (name === 'set-cookie') {
      continue;
    }
    target.setHeader(name, name === 'www-authenticate' ? splitChallenges(value) : value);
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) {
    target.setHeader('set-cookie', cookies);
  }
}

/** Waits until the socket takes more; gives up when the client has gone. */
async function drained(target: ServerResponse): Promise<void> {
  if (target.destroyed || target.writableEnded) {
    return;
  }
  const ended = new AbortController();
  const { signal } = ended;
  try {
    await Promise.race([once(target, 'drain', { signal }), once(target, 'close', { signal })]);
  } finally {
    ended.abort();
  }
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, target: ServerResponse): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done || target.destroyed) {
      return;
    }
    if (!target.write(value)) {
      await drained(target);
    }
  }
}

/**
 * Writes a web response: headers at once, each chunk as it comes, no faster than the client reads. When the client goes,
 * the body is cancelled; when the body breaks, the connection is cut, so that nobody takes half an answer for a whole one.
 */
export async function writeResponse(response: Response, target: ServerResponse, isHead: boolean): Promise<void> {
  target.statusCode = response.status;
  if (response.statusText !== '') {
    target.statusMessage = response.statusText;
  }
  setHeaders(target, response.headers);
  const { body } = response;
  if (body === null || isHead) {
    target.end();
    await body?.cancel();
    return;
  }
  const reader = body.getReader();
  const cancel = (): void => {
    reader.cancel(new Error('the client went away')).catch(() => undefined);
  };
  target.once('close', cancel);
  try {
    target.flushHeaders();
    await pump(reader, target);
    target.end();
  } catch (error) {
    target.destroy();
    throw error;
  } finally {
    target.off('close', cancel);
  }
}

/** A short answer of the adapter itself. */
export function writePlain(
  target: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  if (target.headersSent) {
    target.destroy();
    return;
  }
  for (const name of target.getHeaderNames()) {
    target.removeHeader(name);
  }
  target.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
}
