import type { Readable, Writable } from 'node:stream';
import { LineFramer } from '../../../protocol/line-framer.ts';
import type { Log } from '../../../protocol/log.ts';
import { inOneLine } from '../../../protocol/message-text.ts';
import { StdioFront, type StdioGateway } from './stdio-front.ts';
import { StdioOutput } from './stdio-output.ts';

/** One message of a client; far above what a body over HTTP may be. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** How messages are framed by the language server protocol. */
const CONTENT_LENGTH = /^\s*content-length:\s*\d/i;
const FRAMED = 'messages are framed with Content-Length, as in LSP; over MCP each message is one line of JSON';

/** The streams of a process, and the way to the people who look after it. */
export interface StdioStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly log: Log;
}

/** Speaks MCP on the streams of a process: one message a line, nothing else on stdout. */
export function serveStdio(gateway: StdioGateway, streams: StdioStreams, onEnd: () => void): void {
  const output = new StdioOutput(streams.stdout, {
    onBehind: () => streams.stdin.pause(),
    onCaughtUp: () => !hasEnded && streams.stdin.resume(),
    onGivenUp: (reason) => {
      streams.log(reason, { severity: 'warn' });
      front.abandon();
      end();
    },
  });
  const front = new StdioFront(gateway, (json, onWritten) => output.write(`${inOneLine(json)}\n`, onWritten));
  const refuseFraming = createFramingRefusal(front, streams.log);
  // JSON may hold the line separators of Unicode, which Node's own reader of lines would cut at.
  const lines = new LineFramer({
    maxLineBytes: MAX_LINE_BYTES,
    onLine: (line) => (CONTENT_LENGTH.test(line) ? refuseFraming() : front.receive(line)),
    onOverlong: () => front.refuse(`Invalid Request: a message is longer than ${MAX_LINE_BYTES} bytes`),
  });
  let hasEnded = false;
  const end = (): void => {
    if (!hasEnded) {
      hasEnded = true;
      streams.stdin.pause();
      front.close().then(onEnd, onEnd);
    }
  };
  streams.stdin.on('data', (chunk: Buffer) => lines.push(chunk));
  streams.stdin.on('end', () => {
    lines.end();
    end();
  });
  streams.stdin.on('close', end);
  streams.stdin.on('error', end);
  // Nobody reads the answers any more: that is the end of the client, not a reason to lose what it has done.
  streams.stdout.on('error', () => {
    front.leave();
    end();
  });
}

/** Answers what is framed as for a language server each time, and tells people once. */
function createFramingRefusal(front: StdioFront, log: Log): () => void {
  let isTold = false;
  return () => {
    front.refuse(`Invalid Request: ${FRAMED}`);
    if (!isTold) {
      isTold = true;
      log(`the client on stdin can't be understood: ${FRAMED}`, { severity: 'warn' });
    }
  };
}
