// One keep-alive HTTP/1.1 connection on a raw socket: writes a request, gives its answer, one at a time. Cheaper than
// any HTTP client, so that the load generator takes little from what it measures.
import { connect } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/** Where the answer at the start of `buffer` ends and what it says, or `undefined` while it is incomplete. */
function parseAnswer(buffer) {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd < 0) {
    return undefined;
  }
  const head = buffer.latin1Slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyStart = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length === null && /\r\ntransfer-encoding: *chunked/i.test(head)) {
    const chunked = parseChunks(buffer, bodyStart);
    return chunked && { status, head, ...chunked };
  }
  const end = bodyStart + Number(length?.[1] ?? 0);
  return buffer.length < end ? undefined : { status, head, end, body: buffer.utf8Slice(bodyStart, end) };
}

function parseChunks(buffer, start) {
  let at = start;
  let body = '';
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at);
    if (lineEnd < 0) {
      return undefined;
    }
    const size = Number.parseInt(buffer.latin1Slice(at, lineEnd), 16);
    const chunkStart = lineEnd + 2;
    const chunkEnd = chunkStart + size;
    if (buffer.length < chunkEnd + 2) {
      return undefined;
    }
    body += buffer.utf8Slice(chunkStart, chunkEnd);
    at = chunkEnd + 2;
    if (size === 0) {
      return { end: at, body };
    }
  }
}

/** The JSON of an answer, be it plain or the last event of a stream. */
export function parseBody({ head, body }) {
  if (!/\r\ncontent-type: *text\/event-stream/i.test(head)) {
    return JSON.parse(body);
  }
  const data = body.split('\n').filter((line) => line.startsWith('data:'));
  return JSON.parse(data.at(-1).slice('data:'.length));
}

/** Opens a connection to `url`. */
export async function openConnection(url) {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let received = Buffer.alloc(0);
  let waiting;
  const settle = (how, value) => {
    const pending = waiting;
    waiting = undefined;
    pending?.[how](value);
  };
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = parseAnswer(received);
    if (answer !== undefined) {
      received = received.subarray(answer.end);
      settle('resolve', answer);
    }
  });
  socket.on('error', (error) => settle('reject', error));
  socket.on('close', () => settle('reject', new Error(`the connection to ${host} was closed`)));
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    /** Sends `body` with `headers` and waits for the answer `{status, head, body}`. */
    post(headers, body, path = pathname) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      return new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error(`the connection to ${host} was closed`));
          return;
        }
        waiting = { resolve, reject };
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      });
    },
    close: () => socket.destroy(),
  };
}
