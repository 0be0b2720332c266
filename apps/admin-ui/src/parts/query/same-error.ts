import type { TopError } from '@dcc-mcp/call-store/analytics';
import { term } from './query-terms.ts';

/** What calls that failed the same way have in common. */
export interface SharedError extends Pick<TopError, 'outcome' | 'kind'> {
  /** Absent where the gateway did not say it. */
  readonly message_hash?: string | undefined;
}

/** The calls that failed this way, and no others. */
export function sameError({ outcome, kind, message_hash: hash }: SharedError): string {
  const terms = [term('outcome', outcome), term('error.kind', kind)];
  return [...terms, ...(hash === undefined ? [] : [term('error.message_hash', hash)])].join(' ');
}
