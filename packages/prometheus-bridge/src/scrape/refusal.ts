import type { ScrapeHandler, ScrapeResult } from './scrape.ts';

/** A scrape that is not answered with metrics: a line of plain text says why, but for HEAD. */
export function refusal(
  status: number,
  message: string,
  request: Parameters<ScrapeHandler['scrape']>[0],
): ScrapeResult {
  const isHead = typeof request === 'object' && request.method?.toUpperCase() === 'HEAD';
  const body = new TextEncoder().encode(`${message}\n`);
  const headers: Record<string, string> = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  };
  return { status, headers, body: isHead ? undefined : body };
}
