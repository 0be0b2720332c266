// From a value to the rows it counts: addresses of the admin page, which stand in a variable of every dashboard.
import { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PageLink, Panel } from './panel.ts';

/** The time that is looked at, as the page reads it. */
const TIME = 'since=${__from:date:iso}&until=${__to:date:iso}';
/** Put in place of the tool; where it stands depends on how a panel is drawn. */
const TOOL = 'tool_label%3D<tool>';

interface Target {
  readonly title: string;
  readonly query: string;
}

const TARGETS: Readonly<Record<PageLink, Target>> = {
  'calls-of-tool': { title: 'Calls of this tool', query: `panel=calls&q=${TOOL}&${TIME}` },
  'failed-calls-of-tool': {
    title: 'Failed calls of this tool',
    query: `panel=calls&q=success%3Dfalse%20${TOOL}&${TIME}`,
  },
  'failed-calls': { title: 'Failed calls', query: `panel=calls&q=success%3Dfalse&${TIME}` },
  denials: { title: 'What governance did', query: `panel=governance&${TIME}` },
  upstreams: { title: 'Servers', query: 'panel=instances' },
  searches: { title: 'Searches', query: `panel=search&${TIME}` },
  telemetry: { title: 'Telemetry health', query: 'panel=telemetry' },
  traces: { title: 'Traces', query: `panel=traces&${TIME}` },
};

/** A link to the admin page, opened beside Grafana. A table has the tool in a column, a line in its label. */
export function toPageLink({ link, draw }: Required<Pick<Panel, 'link' | 'draw'>>): DashboardLinkBuilder {
  const { title, query } = TARGETS[link];
  const tool = draw === 'table' ? '${__data.fields.tool}' : '${__field.labels.tool}';
  return new DashboardLinkBuilder(title).url(`\${admin_url}/?${query.replace('<tool>', tool)}`).targetBlank(true);
}
