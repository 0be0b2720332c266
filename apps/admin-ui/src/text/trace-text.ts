import { trace as english, type TraceTextKey } from './en/trace.ts';
import { fill } from './fill.ts';
import { texts } from './text.ts';

/** As `t`, of the waterfall: what it says in English is loaded with it, and first loads have no need of it. */
export function traceText(key: TraceTextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(texts.value[key] ?? english[key], values);
}
