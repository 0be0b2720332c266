import { maskPath } from '@dcc-mcp/telemetry-config/settings';
import type { IncomingMessage } from 'node:http';
import { createFailure } from '../health/export-failure.ts';
import { failureOfAnswer, failureOfError } from './http-failure.ts';
import { proxyOfTarget, type Route } from './proxy-failure.ts';
import type { SendResult } from './transport.ts';

/** More than this of an answer is never read. */
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** Told how a request ended; what comes after the first time is for it to ignore. */
export type Finish = (result: SendResult) => void;

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** How a request was sent that is answered. */
export interface Sent {
  readonly route: Route;
  /** What its first line asks for. */
  readonly target: string;
}

/** Reads a collector's answer to the end and explains it. */
export function readAnswer(response: IncomingMessage, { route, target }: Sent, finish: Finish): void {
  const headers = { ...response.headers };
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) {
      const isTaken = isSuccess(response.statusCode ?? 0);
      const failure = createFailure('invalid_response', 'the answer is larger than 4 MiB');
      finish(isTaken ? { ok: true, body: Buffer.concat(chunks), contentType: 'endless' } : { ok: false, failure });
      response.destroy();
      return;
    }
    chunks.push(chunk);
  });
  response.on('error', (error) => {
    finish({ ok: false, failure: failureOfError(error) });
  });
  response.on('end', () => {
    const status = response.statusCode ?? 0;
    const body = Buffer.concat(chunks);
    const contentType = headers['content-type'] ?? '';
    if (isSuccess(status)) {
      finish({ ok: true, body, contentType });
    } else {
      const path = maskPath(route.url.pathname);
      const proxy = proxyOfTarget(target, route);
      finish({ ok: false, failure: failureOfAnswer({ status, headers, body, path, proxy }, Date.now()) });
    }
  });
}
