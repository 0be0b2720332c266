import { BoundedMap } from '@dcc-mcp/bounds';
import { redactText } from '@dcc-mcp/bounds/redaction';
import {
  type SessionEvent,
  SessionEventBuffer,
  type SessionEventLevel,
  type SessionEventPage,
  type SessionEventsRead,
  toLevel,
} from '@dcc-mcp/session-events';
import type { HostEvent, Upstream } from '../../upstream/upstream.ts';
import { relatedEvents, type WantedEvents } from './related-events.ts';

/** Instances whose output is kept: those that left are forgotten first. */
const MAX_INSTANCES = 1_000;

/** Jobs of hosts that are known by another id. */
const MAX_JOBS = 10_000;

/** Nanoseconds since 1970 of a clock that is not wrong by a lifetime. */
const IS_TIME = /^\d{19}$/;
/** Digits of an instance id that stand for it. */
const SHORT_LENGTH = 8;

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

/** Who wrote what is kept. */
export interface SessionOutput {
  readonly dccType: string;
  readonly buffer: SessionEventBuffer;
}

/**
 * What the instances write to stderr, line by line, and what dcc-mcp-core hosts tell of their work: it outlives a restart
 * of the instance, and its death.
 */
export class SessionOutputs {
  readonly #buffers = new BoundedMap<string, SessionEventBuffer>({ maxEntries: MAX_INSTANCES });
  /** Of those that wrote something. */
  readonly #dccTypes = new BoundedMap<string, string>({ maxEntries: MAX_INSTANCES });
  /** Instances whose last line belongs to a private key that has not ended. */
  readonly #inKey = new BoundedMap<string, true>({ maxEntries: MAX_INSTANCES });
  /** Ids of the gateway's jobs, by those that hosts have for them. */
  readonly #jobs = new BoundedMap<string, string>({ maxEntries: MAX_JOBS });
  #onChange: (instanceId: string) => void = () => {};
  readonly #waits = new AbortController();

  /** Tells that an instance wrote, at most every 250 ms of each. One listener: a further one takes its place. */
  listen(onChange: (instanceId: string) => void): void {
    this.#onChange = onChange;
  }

  /**
   * Keeps one line, without credentials; of a private key over several lines that it was there.
   *
   * @param bytes Of the whole line, where `line` is its beginning.
   */
  addLine({ settings: { instanceId, dccType } }: Upstream, line: string, bytes?: number): void {
    if (!this.#isInKey(instanceId, line)) {
      const message = redactText(line);
      this.#dccTypes.set(instanceId, dccType);
      const size = bytes === undefined ? {} : { original_size: bytes };
      this.of(instanceId).append({ source: 'stdio', stream: 'stderr', level: levelOf(line), message, ...size });
    }
  }

  /** What a host tells of its job is kept as told of the gateway's: by that id callers know it. */
  nameJob(hostJobId: string, jobId: string): void {
    this.#jobs.set(hostJobId, jobId);
  }

  /**
   * Keeps what a host told, with its ids and times, and without credentials.
   *
   * @param missed How many of its events were gone before these could be read.
   */
  addHostEvents({ settings: { instanceId, dccType } }: Upstream, events: readonly HostEvent[], missed: number): void {
    this.#dccTypes.set(instanceId, dccType);
    const buffer = this.of(instanceId);
    buffer.skip(missed);
    for (const { id: _id, timestampNanos, level, message, ...rest } of events) {
      buffer.append({
        ...rest,
        ...this.#jobOf(rest.job_id),
        level: toLevel(level) ?? 'info',
        message: redactText(message),
        ...(timestampNanos !== undefined && IS_TIME.test(timestampNanos) ? { timestamp_ns: timestampNanos } : {}),
      });
    }
  }

  #jobOf(hostJobId: string | undefined): { readonly job_id?: string } {
    const id = hostJobId === undefined ? undefined : this.#jobs.get(hostJobId);
    return id === undefined ? {} : { job_id: id };
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

  /** Reads the output of an instance; where nothing is there yet it waits as it is asked to, while waits are not ended. */
  readOrWait(instanceId: string, read: SessionEventsRead, signal: AbortSignal): Promise<SessionEventPage> {
    return this.of(instanceId).readOrWait(read, AbortSignal.any([signal, this.#waits.signal]));
  }

  /** Answers whoever waits with what there is, now and from now on. */
  endWaits(): void {
    this.#waits.abort();
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

  /** The output of an instance that wrote something, also when it has left; by its id, or the first eight digits of that. */
  find(instance: string): SessionOutput | undefined {
    const id = this.#dccTypes.has(instance)
      ? instance
      : [...this.#dccTypes.keys()].find((each) => isShort(instance, each));
    const buffer = id === undefined ? undefined : this.#buffers.get(id);
    const dccType = id === undefined ? undefined : this.#dccTypes.get(id);
    return buffer === undefined || dccType === undefined ? undefined : { dccType, buffer };
  }

  /** What an instance told of requests, oldest first; see {@link relatedEvents}. */
  related(instanceId: string, wanted: WantedEvents): readonly SessionEvent[] {
    return relatedEvents(this.#buffers.get(instanceId)?.retained() ?? [], wanted);
  }
}

function isShort(text: string, id: string): boolean {
  return text.length === SHORT_LENGTH && id.startsWith(text);
}

function levelOf(line: string): SessionEventLevel {
  return LEVELS.find(([words]) => words.test(line))?.[1] ?? 'info';
}
