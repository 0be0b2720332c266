// The floor every gateway figure is divided by: takes a JSON-RPC request, reads it, gives it a trace context, sends it
// on over a keep-alive pool, reads the answer, sends it back. No sessions, no limits, no catalog, no telemetry.
//   node bare-forwarder.mjs <upstream url>          (as a child process; says its port over IPC)
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Pool } from 'undici';

const upstream = new URL(process.argv[2]);
const pool = new Pool(upstream.origin, { connections: 128, pipelining: 1 });
const PASSED_ON = ['mcp-session-id', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

/** A child of the caller's context, or a new one. */
function traceparent(incoming) {
  const [version, traceId, , flags] = incoming?.split('-') ?? ['00', randomBytes(16).toString('hex'), '', '01'];
  return `${version}-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}

function pick(source, names) {
  const picked = {};
  for (const name of names) {
    if (source[name] !== undefined) {
      picked[name] = source[name];
    }
  }
  return picked;
}

async function forward(request, text) {
  const message = JSON.parse(text);
  const { _meta: meta } = message.params ?? {};
  const context = traceparent(meta?.traceparent ?? request.headers.traceparent);
  if (message.params !== undefined) {
    message.params = { ...message.params, _meta: { ...meta, traceparent: context } };
  }
  const { statusCode, headers, body } = await pool.request({
    path: upstream.pathname,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      traceparent: context,
      ...pick(request.headers, PASSED_ON),
    },
    body: JSON.stringify(message),
  });
  const answer = await body.text();
  const out = answer === '' ? '' : JSON.stringify(JSON.parse(answer));
  return { statusCode, headers: pick(headers, ['content-type', 'mcp-session-id']), out };
}

async function serve(request, response, text) {
  try {
    const { statusCode, headers, out } = await forward(request, text);
    response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(out) }).end(out);
  } catch {
    response.writeHead(502).end();
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => void serve(request, response, Buffer.concat(chunks).toString()));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
