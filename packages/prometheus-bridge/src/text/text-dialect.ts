import { escapeText } from '../families/label-set.ts';
import type { MetricFamily } from '../families/metric-families.ts';

/** Where the two text formats differ. */
export interface TextDialect {
  /** Name and type in the comment lines. */
  readonly header: (family: MetricFamily) => { readonly name: string; readonly type: string };
  readonly escapeHelp: (help: string) => string;
  /** Value of the `le` label. */
  readonly formatBound: (bound: number) => string;
  /** Whether there are `# UNIT` lines, `_created` series, exemplars, and rules about what a counter may be. */
  readonly isOpenMetrics: boolean;
  readonly end: string;
}

/** Prometheus text 0.0.4 (1.0.0 with quoted names). */
export const PROMETHEUS_TEXT: TextDialect = {
  header: ({ name, type }) => ({ name, type: type === 'info' ? 'gauge' : type }),
  escapeHelp: (help) => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n'),
  formatBound: String,
  isOpenMetrics: false,
  end: '',
};

/** OpenMetrics 1.0.0. */
export const OPEN_METRICS: TextDialect = {
  header: ({ openMetrics }) => openMetrics,
  escapeHelp: escapeText,
  formatBound: toCanonicalFloat,
  isOpenMetrics: true,
  end: '# EOF\n',
};

/** Writes a bound as every OpenMetrics producer must, so that `le` values compare equal: `1.0`, `0.25`, `1e+06`. */
function toCanonicalFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}
