import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { refusal } from '../../scrape/refusal.ts';
import type { ScrapeHandler, ScrapeResult } from '../../scrape/scrape.ts';
import { KIND, type ScrapeCall, toBase64, type ToWorker } from '../wire/messages.ts';

/** Scrapes that are answered for workers at the same time. */
const MAX_SCRAPES = 32;
const BYTES_PER_MESSAGE = 64 * 1_024;

/** Makes what answers the scrapes of workers over their channels. */
export function serveScrapes(
  handler: ScrapeHandler,
): (call: ScrapeCall, send: (message: ToWorker) => void) => Promise<void> {
  let running = 0;
  return async ({ id, request }, send) => {
    const asked = toRequest(request);
    const isTooMany = running >= MAX_SCRAPES;
    running += 1;
    try {
      await answer(
        id,
        isTooMany ? refusal(503, 'Too many scrapes at the same time.', asked) : await handler.scrape(asked),
        send,
      );
    } catch {
      send({ [KIND]: 'bytes', id, data: '', isLast: true, isBroken: true });
    } finally {
      running -= 1;
    }
  };
}

/** JSON leaves out what is `undefined`; the four values are looked at by the handler. */
function toRequest(request: unknown): ScrapeRequest | string {
  return typeof request === 'string' || (typeof request === 'object' && request !== null) ? request : {};
}

async function answer(
  id: string,
  { status, headers, body }: ScrapeResult,
  send: (message: ToWorker) => void,
): Promise<void> {
  send({ [KIND]: 'head', id, status, headers, hasBody: body !== undefined });
  if (body === undefined) {
    return;
  }
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    for (let start = 0; start < chunk.length; start += BYTES_PER_MESSAGE) {
      const piece = chunk.subarray(start, start + BYTES_PER_MESSAGE);
      send({ [KIND]: 'bytes', id, data: toBase64(piece), isLast: false });
    }
  }
  send({ [KIND]: 'bytes', id, data: '', isLast: true });
}
