import { useEffect, useState } from 'preact/hooks';
import { accessToken } from './access-token.ts';
import { ApiRefusal, ask } from './client.ts';
import { isLive, refreshes } from './live.ts';

/** What is known of a question so far: an older answer stays while the next is awaited. */
export interface Asked<Answer> {
  readonly answer?: Answer | undefined;
  readonly refusal?: ApiRefusal | undefined;
  readonly isLoading: boolean;
  readonly tookMillis?: number | undefined;
}

/** Asked anew while the page is live. */
const EVERY_MILLIS = 5_000;

/**
 * The answer to `url`; undefined asks nothing. It is asked again when the reader refreshes, and every 5 s while the page
 * is live unless it is `fixed`.
 */
export function useAnswer<Answer>(url: string | undefined, { fixed = false } = {}): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer> & { readonly url?: string | undefined }>({
    isLoading: url !== undefined,
  });
  const refresh = refreshes.value;
  const token = accessToken.value;
  const isPolling = isLive.value && !fixed;
  useEffect(() => {
    if (url === undefined) {
      return undefined;
    }
    const ending = new AbortController();
    const once = async (): Promise<void> => {
      try {
        const { answer, tookMillis } = await ask<Answer>(url, ending.signal);
        setAsked({ answer, tookMillis, isLoading: false, url });
      } catch (error) {
        if (error instanceof ApiRefusal) {
          setAsked((before) => ({ ...(before.url === url ? before : {}), refusal: error, isLoading: false, url }));
        } else if (!ending.signal.aborted) {
          throw error;
        }
      }
    };
    setAsked((before) => ({ ...before, isLoading: true }));
    void once();
    const timer = isPolling ? setInterval(() => document.hidden || void once(), EVERY_MILLIS) : undefined;
    return () => {
      clearInterval(timer);
      ending.abort();
    };
  }, [url, refresh, token, isPolling]);
  // What was asked before is not the answer to another question.
  return url === undefined
    ? { isLoading: false }
    : asked.url === undefined || asked.url === url
      ? asked
      : { isLoading: true };
}
