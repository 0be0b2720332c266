import type { ExportFailure } from './export-failure.ts';
import type {
  DropReason,
  ExporterHealth,
  ExporterState,
  TelemetryHealthChange,
  TelemetrySignal,
} from './telemetry-health.ts';

export interface ExporterIdentity {
  readonly id: string;
  readonly signal: TelemetrySignal;
  readonly protocol: string;
  readonly endpoint?: string;
}

export interface ExporterMonitorOptions {
  readonly now: () => number;
  readonly onChange: ((change: TelemetryHealthChange) => void) | undefined;
}

/** Different warnings of one exporter that are told; a collector may think of a new one for each answer. */
const MAX_WARNINGS = 8;

/**
 * What an export left behind; `rejected` items were refused although the request succeeded. `message` is the collector's
 * own, `oddity` what no collector would answer; `isUnsent` says that the failure is known before a request was made.
 */
export type ExportOutcome =
  | { readonly ok: true; readonly rejected: number; readonly message?: string; readonly oddity?: string }
  | { readonly ok: false; readonly failure: ExportFailure; readonly isUnsent?: boolean };

/** Counts what one exporter did and tells its state; the only place where health is decided. */
export class ExporterMonitor {
  readonly identity: ExporterIdentity;
  readonly dropped: Record<DropReason, number> = {
    queue_full: 0,
    export_failed: 0,
    rejected: 0,
    shutdown_timeout: 0,
    invalid: 0,
  };
  /** Items whose export ended in a failure, by cause. */
  readonly failedByCause: Map<string, number> = new Map();
  exported: number = 0;
  inflight: number = 0;
  readonly #options: ExporterMonitorOptions;
  #queue: { size: () => number; capacity: number } | undefined;
  #state: ExporterState = 'never_tried';
  #since: number;
  #failure: ExportFailure | undefined;
  #lastSuccessAt: number | undefined;
  #lastAttemptAt: number | undefined;
  #droppedSinceAttempt = false;
  #warning: string | undefined;
  readonly #told = new Set<string>();

  constructor(identity: ExporterIdentity, options: ExporterMonitorOptions) {
    this.identity = identity;
    this.#options = options;
    this.#since = options.now();
  }

  /** Shows the queue in front of the exporter. */
  watchQueue(size: () => number, capacity: number): void {
    this.#queue = { size, capacity };
  }

  queue(): { readonly size: number; readonly capacity: number } | undefined {
    return this.#queue === undefined ? undefined : { size: this.#queue.size(), capacity: this.#queue.capacity };
  }

  /** Counts items that never reached the exporter. */
  drop(count: number, reason: DropReason): void {
    this.dropped[reason] += count;
    this.#droppedSinceAttempt = true;
    if (this.#state === 'ok' || this.#state === 'never_tried') {
      this.#change('dropping', undefined);
    }
  }

  begin(count: number): void {
    this.inflight += count;
    this.#lastAttemptAt = this.#options.now();
  }

  /** Records how an export of `count` items ended. */
  finish(count: number, outcome: ExportOutcome): void {
    this.inflight -= count;
    if (!outcome.ok && outcome.failure.cause === 'unencodable') {
      // The exporter is well, and the others of the batch may have arrived.
      this.drop(count, 'invalid');
      return;
    }
    if (outcome.ok) {
      this.#succeed(count, outcome);
    } else {
      this.#fail(count, outcome.failure);
    }
    this.#droppedSinceAttempt = false;
  }

  /** Reports a failure that costs nothing yet: a missing package, or one that is still being retried. */
  fail(failure: ExportFailure): void {
    this.#change('failing', failure);
  }

  health(): ExporterHealth {
    const queue = this.queue();
    return {
      ...this.identity,
      state: this.#state,
      since: this.#since,
      ...(this.#failure === undefined ? {} : { failure: toReport(this.#failure) }),
      ...(this.#warning === undefined ? {} : { warning: this.#warning }),
      exported: this.exported,
      dropped: { ...this.dropped },
      ...(queue === undefined ? {} : { queueSize: queue.size, queueCapacity: queue.capacity }),
      ...(this.#lastSuccessAt === undefined ? {} : { lastSuccessAt: this.#lastSuccessAt }),
      ...(this.#lastAttemptAt === undefined ? {} : { lastAttemptAt: this.#lastAttemptAt }),
    };
  }

  #succeed(count: number, { rejected, message, oddity }: Extract<ExportOutcome, { ok: true }>): void {
    const kept = Math.max(count - rejected, 0);
    this.exported += kept;
    this.dropped.rejected += count - kept;
    this.#lastSuccessAt = this.#options.now();
    const isDropping = rejected > 0 || this.#droppedSinceAttempt;
    this.#change(isDropping ? 'dropping' : 'ok', rejected > 0 ? toRejection(rejected, message) : undefined);
    this.#warn(toWarning(rejected > 0 ? undefined : message, oddity));
  }

  /** Tells a warning once, however often it comes. */
  #warn(warning: string | undefined): void {
    this.#warning = warning;
    if (warning === undefined || this.#told.has(warning) || this.#told.size >= MAX_WARNINGS) {
      return;
    }
    this.#told.add(warning);
    this.#tell({
      exporter: this.health(),
      previous: this.#state,
      weight: 'warn',
      message: `${toSubject(this.health())}: ${warning}`,
    });
  }

  #fail(count: number, failure: ExportFailure): void {
    this.dropped.export_failed += count;
    this.failedByCause.set(failure.cause, (this.failedByCause.get(failure.cause) ?? 0) + count);
    this.#change('failing', failure);
  }

  #change(state: ExporterState, failure: ExportFailure | undefined): void {
    const previous = this.#state;
    const isSame = previous === state && this.#failure?.cause === failure?.cause;
    this.#state = state;
    this.#failure = failure;
    if (state === 'failing') {
      this.#warning = undefined;
    }
    if (isSame) {
      return;
    }
    this.#since = this.#options.now();
    const weight = state === 'ok' ? 'info' : 'warn';
    this.#tell({ exporter: this.health(), previous, weight, message: toMessage(this.health()) });
  }

  #tell(change: TelemetryHealthChange): void {
    try {
      this.#options.onChange?.(change);
    } catch {
      // An error of a listener must not reach the code that records telemetry.
    }
  }
}

function toReport(failure: ExportFailure): NonNullable<ExporterHealth['failure']> {
  const { cause, message, action, statusCode } = failure;
  return { cause, message, action, ...(statusCode === undefined ? {} : { statusCode }) };
}

function toRejection(rejected: number, message: string | undefined): ExportFailure {
  const reason = message === undefined || message === '' ? 'no reason given' : message;
  return {
    cause: 'rejected',
    message: `the collector rejected ${rejected} of the last batch: ${reason}`,
    action: 'read the collector’s message and its log: it keeps only a part',
    isRetryable: false,
  };
}

function toWarning(message: string | undefined, oddity: string | undefined): string | undefined {
  if (oddity !== undefined) {
    return `delivered, but ${oddity}; check that the endpoint is a collector`;
  }
  return message === undefined || message === '' ? undefined : `delivered, and the collector says: ${message}`;
}

function toSubject(health: ExporterHealth): string {
  const where = health.endpoint === undefined ? '' : ` to ${health.endpoint}`;
  return `telemetry: ${health.signal} over ${health.protocol}${where}`;
}

function toMessage(health: ExporterHealth): string {
  const subject = toSubject(health);
  if (health.state === 'ok') {
    return `${subject}: ok`;
  }
  if (health.failure !== undefined) {
    return `${subject}: ${health.state}: ${health.failure.message} [${health.failure.cause}]; ${health.failure.action}`;
  }
  const counts = Object.entries(health.dropped).filter(([, count]) => count > 0);
  return `${subject}: dropping: ${counts.map(([reason, count]) => `${reason} ${count}`).join(', ')}`;
}
