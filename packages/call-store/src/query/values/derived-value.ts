import { memoize } from '@dcc-mcp/bounds';
import type { DerivedValue, QueryField } from '../fields/query-field.ts';
import { messageHash } from './message-hash.ts';

const DERIVED: Readonly<Record<DerivedValue, (text: string) => string>> = { 'message-hash': messageHash };

/** Texts of which it is remembered what was said of them: most rows that fail say the same. */
const MAX_REMEMBERED = 1000;

/** Gives what is compared of a value that stands where the field is. */
export function derivation({ derived }: QueryField): (found: unknown) => unknown {
  if (derived === undefined) {
    return (found) => found;
  }
  const derive = memoize(DERIVED[derived], MAX_REMEMBERED);
  return (found) => (typeof found === 'string' ? derive(found) : found);
}
