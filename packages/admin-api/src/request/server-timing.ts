import type { AdminHandler } from './admin-request.ts';

/** Digits behind the point of a millisecond. */
const DIGITS = 3;
const NAME = 'server-timing';

/**
 * Says how long an answer took to make, where tools of developers look for it (W3C Server Timing), before what the answer
 * says there itself: `query;dur=1.250, rows;desc="40"`.
 */
export function withServerTiming(handler: AdminHandler, clock: () => number = () => performance.now()): AdminHandler {
  return async (request) => {
    const begin = clock();
    const { headers, ...rest } = await handler(request);
    const timing = [`query;dur=${(clock() - begin).toFixed(DIGITS)}`, headers[NAME]].flat().filter(Boolean).join(', ');
    return { ...rest, headers: { ...headers, [NAME]: timing } };
  };
}

/** How many rows were looked at for an answer. */
export function scannedHeader(rows: number): Readonly<Record<string, string>> {
  return { [NAME]: `rows;desc="${rows}"` };
}
