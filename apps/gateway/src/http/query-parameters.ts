import { nearest } from '@dcc-mcp/telemetry-config';
import { toPrintableLine } from '../protocol/printable-text.ts';

/** Characters of an unknown name that are repeated to its sender. */
const MAX_SHOWN_NAME = 128;

/**
 * Why a query is refused for the names in it: whoever misspells a parameter would take the answer for another one.
 *
 * @param known The parameters of the route, each to be given once at most.
 */
export function whyNotKnown(query: URLSearchParams, known: readonly string[]): string | undefined {
  const names = [...query.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    const all = known.length === 0 ? 'it takes no parameters' : `there are ${known.join(', ')}`;
    return `unknown parameter ${toPrintableLine(unknown, MAX_SHOWN_NAME)}${hint}; ${all}`;
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `${twice} is given more than once`;
}
