// Everything that is generated, by its path from the root of the repository.
import { BOARDS } from './dashboards/boards.ts';
import { toDashboard } from './dashboards/to-dashboard.ts';
import { METRICS } from './instruments/instruments.ts';
import { toTypes } from './instruments/to-types.ts';
import { toDatadogCheck } from './pages/datadog.ts';
import { toReferencePage } from './pages/reference-page.ts';
import type { Alert } from './rules/alert.ts';
import { ALERTS } from './rules/alerts.ts';
import { RECORDING_RULES } from './rules/recording-rules.ts';
import { toRules, toRuleTests } from './rules/to-rules.ts';

/** A generated file. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** What the SDK writes by itself and Grafana's own schema does not know (any more). */
const UNKNOWN_KEYS: ReadonlySet<string> = new Set(['auto', 'auto_min', 'auto_count', 'footer']);

const toJson = (value: unknown): string =>
  `${JSON.stringify(value, (key, each: unknown) => (UNKNOWN_KEYS.has(key) ? undefined : each), 2)}\n`;

/** Whether its test is one that nobody reads: it has a file of its own. */
const hasManySeries = ({ fires }: Alert): boolean => fires.series.length > 100;

/** Makes every generated file anew from the tables. */
export function generate(): readonly GeneratedFile[] {
  return [
    { path: 'tooling/monitoring/src/instruments/instrument-types.gen.ts', text: toTypes(METRICS) },
    ...BOARDS.map((board) => ({
      path: `monitoring/grafana/${board.id}.json`,
      text: toJson(toDashboard(board)),
    })),
    { path: 'monitoring/prometheus/rules.yml', text: toRules(RECORDING_RULES, ALERTS) },
    {
      path: 'monitoring/prometheus/rules.test.yml',
      text: toRuleTests(ALERTS.filter((alert) => !hasManySeries(alert))),
    },
    { path: 'monitoring/prometheus/rules.series.test.yml', text: toRuleTests(ALERTS.filter(hasManySeries)) },
    { path: 'monitoring/datadog/openmetrics.yaml', text: toDatadogCheck() },
    { path: 'docs/reference/monitoring.md', text: toReferencePage() },
  ];
}
