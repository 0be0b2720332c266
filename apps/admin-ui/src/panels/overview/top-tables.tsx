import type { Stats, TopRow } from '@dcc-mcp/call-store/analytics';
import { term, withTerm } from '../../parts/query/query-terms.ts';
import { ToolSlug } from '../../parts/value/tool-slug.tsx';
import { placeHref } from '../../state/place.ts';
import type { TextKey } from '../../text/en/en.ts';
import { duration, number } from '../../text/format.ts';
import { t } from '../../text/text.ts';
import style from './overview.module.css';
import { timesOf } from './problems.ts';

interface TopTable {
  readonly label: TextKey;
  readonly rows: (stats: Stats) => readonly TopRow[];
  /** The condition that leaves just the calls of a name. */
  readonly q: (name: string) => string;
}

const TABLES: readonly TopTable[] = [
  { label: 'top.tools', rows: ({ top_tools: rows }) => rows, q: (name) => term('tool', name) },
  { label: 'top.failing', rows: ({ failing_tools: rows }) => rows, q: (name) => term('tool', name) },
  { label: 'top.slowest', rows: ({ slowest_tools: rows }) => rows, q: (name) => term('tool', name) },
  { label: 'top.agents', rows: ({ top_agents: rows }) => rows, q: (name) => either(['agent_name', 'agent_id'], name) },
  { label: 'top.apps', rows: ({ top_app_types: rows }) => rows, q: (name) => term('dcc_type', name) },
  { label: 'top.instances', rows: ({ top_instances: rows }) => rows, q: (name) => term('instance_id', name) },
  { label: 'top.actors', rows: ({ top_actors: rows }) => rows, q: (name) => either(['actor_name', 'actor_id'], name) },
  {
    label: 'top.platforms',
    rows: ({ top_client_platforms: rows }) => rows,
    q: (name) => term('client_platform', name),
  },
];

function either(fields: readonly string[], name: string): string {
  return fields.map((field) => term(field, name)).join(' OR ');
}

/** Who and what was called most, failed most, took longest; each number leads to its calls. */
export function TopTables({ stats }: { readonly stats: Stats }) {
  const shown = TABLES.filter(({ rows }) => rows(stats).length > 0);
  return (
    <div class={style.tops}>
      {shown.map(({ label, rows, q }) => (
        <table key={label} class={style.top}>
          <caption>{t(label)}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">{t('top.name')}</span>
              </th>
              <th scope="col">{t('figure.calls')}</th>
              <th scope="col">{t('figure.failed')}</th>
              <th scope="col">p95</th>
            </tr>
          </thead>
          <tbody>
            {rows(stats).map((row) => (
              <Line key={row.name} row={row} q={q(row.name)} stats={stats} />
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

function Line({ row, q, stats }: { readonly row: TopRow; readonly q: string; readonly stats: Stats }) {
  const calls = (query: string): string => placeHref({ panel: 'calls', q: query, ...timesOf(stats) });
  return (
    <tr>
      <th scope="row" title={row.name}>
        <ToolSlug slug={row.name} />
      </th>
      <td>
        <a href={calls(q)}>{number(row.count)}</a>
      </td>
      <td>
        {row.failed === 0 ? (
          <span class="soft">0</span>
        ) : (
          <a class="bad" href={calls(withTerm(q, 'success=false'))}>
            {number(row.failed)}
          </a>
        )}
      </td>
      <td>
        <a class="soft" href={calls(withTerm(q, `duration_ms>=${row.p95_ms}`))}>
          {duration(row.p95_ms)}
        </a>
      </td>
    </tr>
  );
}
