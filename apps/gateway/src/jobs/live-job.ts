import type { JsonObject } from '../protocol/json-rpc.ts';
import type { PeerAnswer, PeerQuestion } from '../upstream/upstream.ts';
import type { FollowedJob } from './followed-job.ts';
import { type JobEvent, JobEvents, type MissedEvents } from './job-events.ts';
import { toBoundedLog, toProgress } from './job-notes.ts';
import { JobQuestions } from './job-questions.ts';
import { isFinished, type JobRecord, type KeptResult, stateEventOf, type TaskEnd } from './job-record.ts';
import type { JobRecords } from './job-records.ts';

/** How a job ended. */
export interface JobEnd {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMillis: number;
  /** The body of the error, as JSON. */
  readonly error?: string | undefined;
  readonly result?: KeptResult | undefined;
  readonly task?: TaskEnd | undefined;
}

/** The ways to end the call of a job: asked for, and at once. */
export interface JobControls {
  readonly withdrawal: AbortController;
  readonly abort: AbortController;
}

/** What a {@link LiveJob} works with. */
export interface LiveJobParts {
  readonly records: JobRecords;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onStarted: (job: JobRecord) => void;
  readonly onEnded: (job: JobRecord) => void;
  readonly onError: (error: unknown) => void;
}

/** Why the end of a job was asked for, in words for whoever reads its error. */
export const CANCELLED_BY_CALLER = 'The job was cancelled';
export const GATEWAY_STOPPED = 'gateway stopped';
const ENDED_ELSEWHERE = 'Another gateway has ended the job: nothing was heard of the one that ran it';
/** How long an upstream may take to say that it has ended a job. */
const CONFIRM_MILLIS = 10_000;

/** One job of this process: its record, its events and the ways to reach the call that runs. */
export class LiveJob implements FollowedJob {
  readonly events: JobEvents = new JobEvents();
  readonly questions: JobQuestions;
  readonly #parts: LiveJobParts;
  readonly #controls: JobControls;
  readonly #ended = Promise.withResolvers<void>();
  #record: JobRecord;
  #writing: Promise<void> | undefined;
  #isStale = false;
  #isRunning = false;
  #whyCancelled: string | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(record: JobRecord, controls: JobControls, parts: LiveJobParts) {
    this.#record = record;
    this.#controls = controls;
    this.#parts = parts;
    this.questions = new JobQuestions((questions) => this.#change({ questions }));
    this.#tellState();
  }

  get record(): JobRecord {
    return this.#record;
  }

  /** Why it was cancelled; absent where it was not. */
  get whyCancelled(): string | undefined {
    return this.#whyCancelled;
  }

  /** Resolves when it is over, and all is recorded. */
  get whenEnded(): Promise<void> {
    return this.#ended.promise;
  }

  /** The call begins; a further try changes nothing. */
  start(): void {
    if (this.#record.state === 'queued') {
      this.#isRunning = true;
      this.#change({ state: 'running', startedAt: this.#parts.now() });
      this.#parts.onStarted(this.#record);
      this.#tellState();
    }
  }

  /** Takes a notification of the upstream that belongs to the call. */
  notify(method: string, params: JsonObject | undefined): void {
    if (isFinished(this.#record)) {
      return;
    }
    if (method === 'notifications/progress') {
      const progress = toProgress(params, this.#parts.now());
      if (progress !== undefined) {
        this.#change({ progress });
        this.events.add('progress', { ...progress, at: new Date(progress.at).toISOString() });
      }
    } else if (method === 'notifications/message') {
      this.log(toBoundedLog(params, this.#parts.now()));
    }
  }

  /** What was logged, and belongs to the job; bounded and without credentials. */
  log(entry: JsonObject): void {
    this.events.add('log', entry);
  }

  /** What the tool asks waits for an answer of whoever reads the job. */
  ask(question: PeerQuestion): Promise<PeerAnswer> {
    return this.questions.ask(question);
  }

  /** Asks for the end. The upstream is told, and has 10 s to say so. A further time changes nothing. */
  cancel(): void {
    if (this.#whyCancelled !== undefined || isFinished(this.#record)) {
      return;
    }
    this.#whyCancelled = CANCELLED_BY_CALLER;
    this.#change({ isCancelRequested: true });
    this.#tellState();
    this.#deadline = setTimeout(() => this.#controls.abort.abort(), CONFIRM_MILLIS).unref();
    this.questions.close();
    this.#controls.withdrawal.abort();
  }

  /** Ends the call at once: the gateway stops. */
  stop(): void {
    if (!isFinished(this.#record)) {
      this.#whyCancelled ??= GATEWAY_STOPPED;
      this.questions.close();
      this.#controls.abort.abort();
    }
  }

  /** It is over, and this is what came of it; where others have ended it before, it stays as they have. */
  async end({ state, durationMillis, error, result, task }: JobEnd): Promise<void> {
    clearTimeout(this.#deadline);
    this.questions.close();
    this.#change({
      state,
      finishedAt: this.#parts.now(),
      durationMillis,
      ...(error === undefined ? {} : { error }),
      ...(result === undefined ? {} : { result }),
      ...(task === undefined ? {} : { task }),
    });
    if (this.#isRunning) {
      this.#parts.onEnded(this.#record);
    }
    await this.#writing;
    this.#tellState();
    this.events.add('end', undefined);
    this.#ended.resolve();
  }

  /** How it stands, as an event tells it. */
  get stateEvent(): JsonObject {
    return stateEventOf(this.#record);
  }

  hasTold(last: number): boolean {
    const { hasEnded, lastId } = this.events;
    return isFinished(this.#record) && hasEnded && last === lastId;
  }

  after(last: number): MissedEvents {
    // A number past the last one was told by another gateway: what its reader has is not known here.
    const isForeign = last > this.events.lastId;
    return isForeign ? { events: this.events.ending(), isCut: true } : this.events.after(last);
  }

  listen(listener: (event: JobEvent) => void): () => void {
    return this.events.listen(listener);
  }

  #tellState(): void {
    this.events.add('state', this.stateEvent);
  }

  #change(changes: Partial<JobRecord>): void {
    if (isFinished(this.#record)) {
      return;
    }
    this.#record = { ...this.#record, ...changes, updatedAt: this.#parts.now() };
    if (this.#writing === undefined) {
      this.#writing = this.#write();
    } else {
      this.#isStale = true;
    }
  }

  /** One after the other, so that the last one counts; what changed meanwhile is written once. */
  async #write(): Promise<void> {
    do {
      this.#isStale = false;
      try {
        this.#follow(await this.#parts.records.write(this.#record));
      } catch (error) {
        this.#parts.onError(error);
      }
    } while (this.#isStale);
    this.#writing = undefined;
  }

  /** What others have ended is over: nobody waits for what its call would still give. */
  #follow(ended: JobRecord | undefined): void {
    if (ended === undefined || (ended.state === this.#record.state && ended.finishedAt === this.#record.finishedAt)) {
      return;
    }
    this.#record = ended;
    this.#whyCancelled ??= ENDED_ELSEWHERE;
    this.questions.close();
    this.#controls.abort.abort();
  }
}
