import { Worker } from 'node:worker_threads';
import type { UnsentRequest } from '../transport/transport.ts';

/** Runs in the worker: posts one request after the other, then wakes the thread that waits. */
const POST_ALL = `
const { workerData } = require('node:worker_threads');
const post = ({ url, headers, body, tls, proxyEnv }) => new Promise((resolve) => {
  const { request, Agent } = require(url.startsWith('https:') ? 'node:https' : 'node:http');
  const agent = proxyEnv === undefined ? false : new Agent({ ...tls, proxyEnv });
  const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length }, ...tls };
  request(url, options, (response) => response.resume().on('close', resolve)).on('error', resolve).end(body);
});
(async () => {
  for (const request of workerData.requests) await post(request);
  Atomics.store(workerData.done, 0, 1);
  Atomics.notify(workerData.done, 0);
})();
`;

/** Takes what waits, encoded; called when nothing asynchronous runs any more. */
export type TakeUnsent = () => readonly UnsentRequest[];

/**
 * Sends spans and log records that still wait when the process ends by `process.exit` or an uncaught exception. The event
 * loop is over by then, so a worker thread sends while this one waits for it, for at most
 * `timeoutMillis`; with nothing to send no thread is started. Metrics are not among them: the SDK collects them over promises,
 * which nobody would settle.
 */
export function flushAtExit(takeUnsent: TakeUnsent, timeoutMillis: number): void {
  process.once('exit', () => {
    const requests = takeUnsent();
    if (requests.length === 0) {
      return;
    }
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    // Without the flags and variables of this process: the worker must not start telemetry of its own.
    const worker = new Worker(POST_ALL, { eval: true, execArgv: [], env: {}, workerData: { done, requests } });
    worker.unref();
    Atomics.wait(done, 0, 0, timeoutMillis);
  });
}
