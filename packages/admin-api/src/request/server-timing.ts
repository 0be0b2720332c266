import type { AdminHandler } from './admin-request.ts';

/** Digits behind the point of a millisecond. */
const DIGITS = 3;

/** Says how long an answer took to make, where tools of developers look for it (W3C Server Timing): `query;dur=1.25`. */
export function withServerTiming(handler: AdminHandler, clock: () => number = () => performance.now()): AdminHandler {
  return async (request) => {
    const begin = clock();
    const { headers, ...rest } = await handler(request);
    return { ...rest, headers: { ...headers, 'server-timing': `query;dur=${(clock() - begin).toFixed(DIGITS)}` } };
  };
}
