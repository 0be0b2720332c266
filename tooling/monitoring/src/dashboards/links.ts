// From a value to the rows it counts: addresses of the admin page, which stand in a variable of every dashboard.
import { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PageLink } from './panel.ts';

/** The time that is looked at, as the page reads it. */
const TIME = 'since=${__from:date:iso}&until=${__to:date:iso}';
const TOOL = 'tool_label%3D${__field.labels.tool}';

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

/** A link to the admin page, opened beside Grafana. */
export function toPageLink(link: PageLink): DashboardLinkBuilder {
  const { title, query } = TARGETS[link];
  return new DashboardLinkBuilder(title).url(`\${admin_url}/?${query}`).targetBlank(true);
}
