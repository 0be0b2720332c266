import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';

/** What policy or a limit said to an operation. */
export interface PolicyFacts {
  readonly outcome: 'allowed' | 'denied' | 'throttled';
  readonly reason?: string;
}

/** A try that failed, after which the same request was sent once more. */
export interface FailedTry {
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** How long the next try was put off. */
  readonly delayMillis: number | undefined;
  /** How the next try then waited in the upstream's queue; absent where it had its turn at once. */
  readonly wait?: QueueWait;
}

/** A wait in the queue of an upstream. */
export interface QueueWait {
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly millis: number;
}

/** How one request to an upstream begins. */
export interface HopBeginning {
  /** `tools/call <tool>`. */
  readonly name: string;
  readonly spanContext: SpanContext;
  /** Default 0. */
  readonly queueMillis?: number;
}

/** How one request to an upstream ended. */
export interface HopEnding {
  readonly outcome: Outcome;
  /** The job that it is at its host. */
  readonly jobId: string | undefined;
}

/** The clock of an operation's span. */
interface TrailClock {
  /** Milliseconds since the epoch, with fractions. */
  now(): number;
}

/** Where an operation stands. */
export interface TrailBeginning {
  /** Its own, be it exported or not. */
  readonly spanId: string;
  /** The caller's, or that of the batch. */
  readonly parentSpanId: string | undefined;
  readonly clock: TrailClock;
}

/** What most have none of. */
const NONE: readonly never[] = [];

/** One request to an upstream, over all its tries. */
export class HopTrail {
  /** `tools/call <tool>`. */
  readonly name: string;
  /** Its own span; without a tracer what it is passed through with. */
  readonly spanContext: SpanContext;
  /** Milliseconds that it waited in the upstream's queue. */
  readonly queueMillis: number;
  readonly startedAt: number;
  readonly #clock: TrailClock;
  #failedTries: readonly FailedTry[] = NONE;
  #endedAt: number | undefined;
  #ending: HopEnding | undefined;

  constructor({ name, spanContext, queueMillis = 0 }: HopBeginning, clock: TrailClock) {
    this.name = name;
    this.spanContext = spanContext;
    this.queueMillis = queueMillis;
    this.startedAt = clock.now();
    this.#clock = clock;
  }

  get failedTries(): readonly FailedTry[] {
    return this.#failedTries;
  }

  /** Absent while it runs. */
  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  /** Absent while it runs. */
  get ending(): HopEnding | undefined {
    return this.#ending;
  }

  addFailedTry(outcome: Outcome, delayMillis: number | undefined): void {
    this.#failedTries = [...this.#failedTries, { endedAt: this.#clock.now(), outcome, delayMillis }];
  }

  /** The try after the last failed one waited for its turn until now. */
  addWait(millis: number): void {
    const at = this.#failedTries.length - 1;
    const last = this.#failedTries[at];
    if (last !== undefined) {
      this.#failedTries = this.#failedTries.with(at, { ...last, wait: { endedAt: this.#clock.now(), millis } });
    }
  }

  end(ending: HopEnding): void {
    this.#endedAt = this.#clock.now();
    this.#ending = ending;
  }
}

/**
 * What is learned of one operation while it runs and stands in no answer: written by those who do the work, read once,
 * for its rows. Where no rows are kept there is none.
 */
export class OperationTrail {
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** Milliseconds since the epoch, on the clock of the operation's span. */
  readonly startedAt: number;
  policy: PolicyFacts | undefined;
  /** The job of the gateway that it was. */
  jobId: string | undefined;
  readonly hops: HopTrail[] = [];
  readonly #clock: TrailClock;

  constructor({ spanId, parentSpanId, clock }: TrailBeginning) {
    this.spanId = spanId;
    this.parentSpanId = parentSpanId;
    this.#clock = clock;
    this.startedAt = clock.now();
  }

  startHop(beginning: HopBeginning): HopTrail {
    const hop = new HopTrail(beginning, this.#clock);
    this.hops.push(hop);
    return hop;
  }
}
