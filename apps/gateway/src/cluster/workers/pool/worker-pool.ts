import { type StartedProcess, WorkerHandle } from './worker-handle.ts';

/** The shortest and the longest pause before a worker takes the place of one that has ended. */
const MIN_PAUSE_MILLIS = 100;
const MAX_PAUSE_MILLIS = 10_000;
/** One that lived that long did not end because it could not start. */
const SETTLED_MILLIS = 10_000;

export interface WorkerPoolOptions {
  readonly count: number;
  readonly startProcess: () => StartedProcess;
  /** Called with each worker before it runs; what it answers is told to it by that. */
  readonly onStarted: (worker: WorkerHandle) => void;
  /** A worker has ended that nobody has stopped. */
  readonly onDied: (worker: WorkerHandle, why: string, pauseMillis: number) => void;
  /** Told of what failed with nobody waiting for it. */
  readonly onError: (error: unknown) => void;
}

interface Place {
  worker: WorkerHandle | undefined;
  generation: number;
  /** Workers in a row that ended soon. */
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** A fixed number of workers: one that dies is replaced, after a pause that grows while they die soon. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #places: readonly Place[];
  #isStopping = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, () => ({
      worker: undefined,
      generation: 0,
      failures: 0,
      timer: undefined,
    }));
  }

  start(): void {
    this.#places.forEach((place) => this.#start(place));
  }

  /** Those that run, whatever they do. */
  all(): readonly WorkerHandle[] {
    return this.#places.flatMap(({ worker }) => (worker === undefined || worker.state === 'dead' ? [] : [worker]));
  }

  /** Those that take connections. */
  serving(): readonly WorkerHandle[] {
    return this.all().filter(({ state }) => state === 'ready');
  }

  /** Places by the state of their worker; one that ends in order counts as ready until it has. */
  states(): Readonly<Record<'ready' | 'starting' | 'dead', number>> {
    const all = this.all();
    const starting = all.filter(({ state }) => state === 'starting').length;
    return { starting, ready: all.length - starting, dead: this.#places.length - all.length };
  }

  /** Resolves when each place has a worker that serves, or whose first one has ended, or after that time. */
  async whenServing(timeoutMillis: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMillis);
    });
    await Promise.race([Promise.all(this.all().map(({ whenReady }) => whenReady)), late]);
    clearTimeout(timer);
  }

  /** None is replaced any more. */
  stopReplacing(): void {
    this.#isStopping = true;
    this.#places.forEach(({ timer }) => clearTimeout(timer));
  }

  /** Resolves when all have ended; those that have not after that time are killed. */
  async kill(afterMillis: number): Promise<void> {
    const timer = setTimeout(() => this.all().forEach((worker) => worker.kill()), afterMillis);
    await Promise.all(this.all().map(({ ended }) => ended));
    clearTimeout(timer);
  }

  #start(place: Place): void {
    place.generation += 1;
    const startedAt = performance.now();
    const worker = new WorkerHandle(this.#options.startProcess(), place.generation, this.#options.onError);
    place.worker = worker;
    this.#options.onStarted(worker);
    void worker.ended.then((why) => this.#ended(place, why, performance.now() - startedAt));
  }

  #ended(place: Place, why: string, livedMillis: number): void {
    const { worker } = place;
    if (this.#isStopping || worker === undefined) {
      return;
    }
    place.failures = livedMillis >= SETTLED_MILLIS ? 1 : place.failures + 1;
    const pauseMillis = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS * 2 ** (place.failures - 1));
    this.#options.onDied(worker, why, pauseMillis);
    place.timer = setTimeout(() => this.#start(place), pauseMillis);
  }
}
