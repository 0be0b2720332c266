import { BoundedMap } from '@dcc-mcp/bounds';
import { redactText } from '@dcc-mcp/bounds/redaction';
import { type SessionEvent, SessionEventBuffer, type SessionEventLevel } from '@dcc-mcp/session-events';
import type { Upstream } from '../../upstream/upstream.ts';

/** Instances whose output is kept: those that left are forgotten first. */
const MAX_INSTANCES = 1_000;
/** How much later than its call a line that belongs to it may be written, in milliseconds. */
const LINE_DELAY_MILLIS = 100;

const LEVELS: readonly (readonly [words: RegExp, level: SessionEventLevel])[] = [
  [/\b(?:error|fatal|critical|exception|traceback|panic)\b/i, 'error'],
  [/\bwarn(?:ing)?\b/i, 'warning'],
  [/\bdebug\b/i, 'debug'],
  [/\btrace\b/i, 'trace'],
];

const KEY_BEGINS = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const KEY_ENDS = /-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** Base64, headers of a key, its last line; any other line shows that no key came, or that it has ended. */
const IN_KEY = /^\s*(?:[A-Za-z0-9+/=]*|(?:Proc-Type|DEK-Info|Version|Comment): .*|-----END .*)\s*$/;

/** What the instances write to stderr, line by line: it outlives a restart of the child, and its death. */
export class SessionOutputs {
  readonly #buffers = new BoundedMap<string, SessionEventBuffer>({ maxEntries: MAX_INSTANCES });
  /** Instances whose last line belongs to a private key that has not ended. */
  readonly #inKey = new BoundedMap<string, true>({ maxEntries: MAX_INSTANCES });
  #onChange: (instanceId: string) => void = () => {};

  /** Tells that an instance wrote, at most every 250 ms of each. One listener: a further one takes its place. */
  listen(onChange: (instanceId: string) => void): void {
    this.#onChange = onChange;
  }

  /** Keeps one line, without credentials; of a private key over several lines that it was there. */
  addLine({ settings: { instanceId } }: Upstream, line: string): void {
    if (!this.#isInKey(instanceId, line)) {
      const message = redactText(line);
      this.of(instanceId).append({ source: 'stdio', stream: 'stderr', level: levelOf(line), message });
    }
  }

  /** Whether the line belongs to a private key that began on a line before. */
  #isInKey(instanceId: string, line: string): boolean {
    const isInside = this.#inKey.has(instanceId) && IN_KEY.test(line);
    if (!KEY_ENDS.test(line) && (isInside || KEY_BEGINS.test(line))) {
      this.#inKey.set(instanceId, true);
    } else {
      this.#inKey.delete(instanceId);
    }
    return isInside;
  }

  /** The output of an instance; empty for one that wrote nothing. */
  of(instanceId: string): SessionEventBuffer {
    let buffer = this.#buffers.get(instanceId);
    if (buffer === undefined) {
      buffer = new SessionEventBuffer(instanceId);
      buffer.onChange(() => this.#onChange(instanceId));
      this.#buffers.set(instanceId, buffer);
    }
    return buffer;
  }

  /** The output of an instance that wrote something, also when it has left. */
  find(instanceId: string): SessionEventBuffer | undefined {
    return this.#buffers.get(instanceId);
  }

  /** What an instance wrote in a span of time, in milliseconds since the epoch, oldest first. */
  during(instanceId: string, from: number, to: number): readonly SessionEvent[] {
    const events = this.#buffers.get(instanceId)?.retained() ?? [];
    return events.filter(({ timestamp }) => {
      const at = Date.parse(timestamp);
      return at >= Math.floor(from) && at <= to + LINE_DELAY_MILLIS;
    });
  }
}

function levelOf(line: string): SessionEventLevel {
  return LEVELS.find(([words]) => words.test(line))?.[1] ?? 'info';
}
