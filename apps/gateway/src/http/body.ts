import type { IncomingMessage } from 'node:http';

/** A request body as UTF-8, or why there is none. */
export type BodyReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'too_large' | 'aborted' };

const TOO_LARGE: BodyReading = { ok: false, reason: 'too_large' };
const ABORTED: BodyReading = { ok: false, reason: 'aborted' };

/** Reads a body of the Fetch API. */
export async function readWebBody(request: Request, maxBytes: number): Promise<BodyReading> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body?.values() ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      return TOO_LARGE;
    }
    chunks.push(chunk);
  }
  return { ok: true, text: Buffer.concat(chunks).toString('utf8') };
}

/** Reads a body of Node's server, directly: a web stream around it would cost as much as the rest of the request. */
export function readNodeBody(incoming: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) {
    return Promise.resolve(TOO_LARGE);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        resolve(TOO_LARGE);
        return;
      }
      chunks.push(chunk);
    });
    incoming.once('end', () => {
      const [only] = chunks;
      const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      resolve({ ok: true, text: bytes.toString('utf8') });
    });
    incoming.once('close', () => resolve(ABORTED));
  });
}
