import { Worker } from 'node:worker_threads';
import type { WorkerAnswer, WorkerCalls, WorkerSettings } from './messages.ts';
import { WORKER_PROGRAM } from './worker-program.ts';

/** Where it runs from source, packages of this workspace are found by their sources, too. */
const FROM_SOURCE = ['--conditions=@dcc-mcp/source'];
const QUIET = ['--disable-warning=ExperimentalWarning'];

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread that answers questions one after the other; it is started by the first one, and again after it died. */
export class WorkerThread {
  readonly #settings: WorkerSettings;
  readonly #idleMillis: number | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #number = 0;
  #idle: NodeJS.Timeout | undefined;

  /** @param idleMillis How long it lives without a question; default as long as the process. */
  constructor(settings: WorkerSettings, idleMillis?: number) {
    this.#settings = settings;
    this.#idleMillis = idleMillis;
  }

  /** @throws {Error} With the cause in a few words, also when the thread dies meanwhile. */
  ask<Name extends keyof WorkerCalls>(
    name: Name,
    request: Parameters<WorkerCalls[Name]>[0],
  ): Promise<ReturnType<WorkerCalls[Name]>> {
    clearTimeout(this.#idle);
    this.#number += 1;
    const number = this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(number, { resolve, reject });
    try {
      this.#worker ??= this.#start();
      // Somebody waits for the answer: until it is there the process stays.
      this.#worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
      this.#worker.postMessage({ number, name, request });
    } catch (error) {
      this.#waiting.delete(number);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answer to that name
    return promise as Promise<ReturnType<WorkerCalls[Name]>>;
  }

  /** Ends the thread, where there is one, once it has answered. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker !== undefined) {
      await this.ask('close', undefined).catch(() => undefined);
      clearTimeout(this.#idle);
      await worker.terminate();
    }
  }

  #start(): Worker {
    const isText = typeof WORKER_PROGRAM === 'string';
    const worker = new Worker(WORKER_PROGRAM, {
      eval: isText,
      workerData: this.#settings,
      execArgv: isText ? QUIET : [...FROM_SOURCE, ...QUIET],
      // What the process was started with is for the process: no hooks, no agents in here.
      env: {},
    });
    worker.on('message', (answer: WorkerAnswer) => this.#settle(answer));
    worker.on('error', (error: unknown) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('the thread of the index ended')));
    return worker;
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (this.#waiting.size === 0) {
      this.#worker?.unref();
      this.#retireLater();
    }
    if (answer.ok) {
      waiting?.resolve(answer.value);
    } else {
      waiting?.reject(new Error(answer.cause));
    }
  }

  /** Gives its memory back; the next question starts another one. */
  #retireLater(): void {
    const worker = this.#worker;
    if (this.#idleMillis !== undefined && worker !== undefined) {
      this.#idle = setTimeout(() => {
        this.#worker = undefined;
        void worker.terminate();
      }, this.#idleMillis);
      this.#idle.unref();
    }
  }

  #lose(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) {
      return;
    }
    this.#worker = undefined;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    lost.forEach(({ reject }) => reject(error instanceof Error ? error : new Error(String(error))));
  }
}
