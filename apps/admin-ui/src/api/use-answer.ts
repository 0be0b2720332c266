import { useEffect, useState } from 'preact/hooks';
import { accessToken } from './access-token.ts';
import { takeOrAsk } from './ask-ahead.ts';
import { ApiRefusal } from './client.ts';
import { isLive, refreshes } from './live.ts';
import { repeatedly } from './repeatedly.ts';

/** What is known of a question so far: an older answer stays while the next is awaited. */
export interface Asked<Answer> {
  readonly answer?: Answer | undefined;
  readonly refusal?: ApiRefusal | undefined;
  readonly isLoading: boolean;
  readonly tookMillis?: number | undefined;
}

/**
 * The answer to `url`; undefined asks nothing. It is asked again when the reader refreshes, and every 5 s while the page
 * is live unless it is `fixed`.
 */
export function useAnswer<Answer>(url: string | undefined, { fixed = false } = {}): Asked<Answer> {
  const [asked, setAsked] = useState<AskedAt<Answer>>({
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
    const once = (): Promise<void> => askOnce(url, ending.signal, setAsked);
    setAsked((before) => ({ ...before, isLoading: true }));
    const first = once();
    const end = isPolling ? repeatedly(() => first.then(once)) : undefined;
    return () => {
      end?.();
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

/** The state, and the question that it is of. */
type AskedAt<Answer> = Asked<Answer> & { readonly url?: string | undefined };

async function askOnce<Answer>(
  url: string,
  ending: AbortSignal,
  set: (change: (before: AskedAt<Answer>) => AskedAt<Answer>) => void,
): Promise<void> {
  try {
    const { answer, tookMillis } = await takeOrAsk<Answer>(url, ending);
    set(() => ({ answer, tookMillis, isLoading: false, url }));
  } catch (error) {
    if (error instanceof ApiRefusal) {
      set((before) => ({ ...(before.url === url ? before : {}), refusal: error, isLoading: false, url }));
    } else if (!ending.aborted) {
      throw error;
    }
  }
}
