import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { NameOf } from '../instruments/instruments.ts';
import { PANEL, type AnyExpression } from '../query/expression.ts';
import { counter, gauge } from '../query/selectors.ts';
import type { Board } from './panel.ts';

/** The data source of every panel: none is written into a dashboard. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };

const INFO: NameOf<'gauge'> = 'dcc_mcp.build_info';

interface Values {
  readonly name: string;
  readonly label: string;
  readonly of: AnyExpression;
  /** Matchers of the variables before it. */
  readonly matchers: readonly string[];
}

function valuesOf({ name, label, of, matchers }: Values): QueryVariableBuilder {
  const query = `label_values(${of.render({ ...PANEL, matchers })}, ${name})`;
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATA_SOURCE)
      .query({ query, refId: name })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      // oxlint-disable-next-line unicorn/no-array-sort -- it is no array
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .current({ text: 'All', value: '$__all' })
  );
}

/** The variables of a dashboard, each narrowed by those before it. */
export function toVariables({ hasTool }: Board): readonly { build(): VariableModel }[] {
  const [job = '', instance = ''] = PANEL.matchers;
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    valuesOf({ name: 'job', label: 'Job', of: gauge(INFO), matchers: [] }),
    valuesOf({ name: 'instance', label: 'Gateway', of: gauge(INFO), matchers: [job] }),
    ...(hasTool
      ? [valuesOf({ name: 'tool', label: 'Tool', of: counter('dcc_mcp.tool.calls'), matchers: [job, instance] })]
      : []),
    new TextBoxVariableBuilder('admin_url')
      .label('Admin page')
      .description('Address of the admin page, without a slash at its end: links of panels lead there')
      .defaultValue('http://127.0.0.1:9765/admin')
      .current({ text: 'http://127.0.0.1:9765/admin', value: 'http://127.0.0.1:9765/admin' }),
  ];
}
