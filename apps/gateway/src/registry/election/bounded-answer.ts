import { asObject, type JsonObject } from '../../protocol/json-rpc.ts';

/** Bytes of an answer that are read: whoever holds the port may send without end. */
const MAX_BYTES = 65_536;

/** An answer over HTTP. */
export interface BoundedAnswer {
  readonly status: number;
  /** Absent where the body is no JSON object of at most 64 KiB. */
  readonly body: JsonObject | undefined;
}

/** Sends one request to whatever holds a port, and follows no redirect. @throws What `fetch` throws, also past the time. */
export async function askBounded(url: string, init: RequestInit, timeoutMillis: number): Promise<BoundedAnswer> {
  const timeout = AbortSignal.timeout(timeoutMillis);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const response = await fetch(url, { ...init, redirect: 'manual', signal });
  return { status: response.status, body: await readObject(response) };
}

async function readObject({ body }: Response): Promise<JsonObject | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) {
      return undefined;
    }
    chunks.push(chunk);
  }
  try {
    return asObject(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return undefined;
  }
}
