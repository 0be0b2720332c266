import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Serves a fetch-style handler from `node:http`; a client that leaves aborts its request. */
export function toNodeListener(handle) {
  return (incoming, outgoing) => {
    serve(handle, incoming, outgoing).catch(() => {
      if (!outgoing.headersSent) {
        outgoing.writeHead(500);
      }
      outgoing.end();
    });
  };
}

async function serve(handle, incoming, outgoing) {
  const left = new AbortController();
  outgoing.once('close', () => left.abort());
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method,
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    signal: left.signal,
    ...(hasBody ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}),
  });
  const response = await handle(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (response.body === null) {
    outgoing.end();
  } else {
    await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {}); // the client left
  }
}
