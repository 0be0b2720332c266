/** How long an authorization server may take for one answer. */
const TIMEOUT_MILLIS = 10_000;
/** Bytes of an answer: metadata and tokens are small. */
const MAX_BYTES = 1024 * 1024;

/**
 * `fetch` for authorization servers: within a time, up to a size. What is sent, a code or a secret, follows no redirect.
 */
export async function boundedFetch(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const isRead = init.method === undefined || init.method === 'GET';
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  const response = await fetch(input, {
    ...init,
    redirect: isRead ? 'follow' : 'error',
    signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout,
  });
  const { status, statusText, headers } = response;
  const body = await readBody(response);
  return new Response(body === '' ? null : body, { status, statusText, headers: withoutCoding(headers) });
}

async function readBody(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) {
      throw new TypeError(`the answer has more than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The body is decoded by now. */
function withoutCoding(headers: Headers): Headers {
  const kept = new Headers(headers);
  kept.delete('content-encoding');
  kept.delete('content-length');
  return kept;
}
