// What the tables name and the gateway of this version has no source for: the one list, of which the reference pages say it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `docs/reference/not-fed.json`. */
export interface NotFed {
  /** Why, by Prometheus name. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Labels that no series has, by Prometheus name. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Values of closed sets, by Prometheus name and label. */
  readonly labelValues: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly attributes: readonly { readonly key: string; readonly spans: readonly string[]; readonly why: string }[];
}

const FILE = join(import.meta.dirname, '../../../../docs/reference/not-fed.json');

export function readNotFed(): NotFed {
  return JSON.parse(readFileSync(FILE, 'utf8')) as NotFed;
}
