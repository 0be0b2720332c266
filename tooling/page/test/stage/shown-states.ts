// States of the page that pictures show: each panel, and what is opened in it.
import { panelNames } from './panel-names.ts';
import { Caller } from './work.ts';

/** One state of the page. */
export interface ShownState {
  readonly name: string;
  /** Of the address. */
  readonly search: string;
  /** What is there once it is drawn. */
  readonly wait: string;
}

interface Rows {
  readonly [kind: string]: readonly { readonly row_id: string; readonly operation?: string }[];
}

/** Those of the gateway at `url`, as it is now. */
export async function statesOf(url: string): Promise<readonly ShownState[]> {
  const caller = new Caller(url);
  const newest = async (kind: 'calls' | 'traces', q: string): Promise<string> =>
    ((await caller.get(`/v1/debug/${kind}?limit=1&q=${encodeURIComponent(q)}`)) as unknown as Rows)[kind]?.[0]
      ?.row_id ?? '';
  const failed = await newest('calls', 'outcome=tool_error');
  const other = await newest('calls', 'success=true');
  const batch = await newest('traces', 'operation=call_batch');
  const { workflows } = (await caller.get('/v1/debug/workflows?limit=1&q=search_count%3E0')) as {
    workflows: readonly { readonly workflow_id: string }[];
  };
  const { searches } = (await caller.get('/v1/debug/search-telemetry?limit=1')) as unknown as Rows;
  const workflow = encodeURIComponent(workflows[0]?.workflow_id ?? '');
  return [
    ...panelNames().map((name) => ({ name, search: `?panel=${name}&range=24h`, wait: 'main h1' })),
    { name: 'calls-peek', search: `?panel=calls&range=24h&row=${failed}`, wait: 'aside' },
    {
      name: 'calls-compared',
      search: `?panel=calls&range=24h&row=${failed}&tab=compare&with=${other}`,
      wait: 'aside table',
    },
    { name: 'calls-filtered', search: '?panel=calls&range=24h&q=success%3Dfalse', wait: 'main [role=cell]' },
    { name: 'calls-empty', search: '?panel=calls&range=24h&q=tool~nothing', wait: 'main a' },
    { name: 'trace', search: `?panel=traces&range=24h&trace=${failed}`, wait: 'main' },
    { name: 'workflow-steps', search: `?panel=workflows&range=24h&row=${workflow}`, wait: 'aside ol' },
    { name: 'search-hits', search: `?panel=search&range=24h&row=${searches?.[0]?.row_id}`, wait: 'aside table' },
    { name: 'events-everything', search: '?panel=events&range=24h&view=activity', wait: 'main [role=cell]' },
    { name: 'trace-batch', search: `?panel=traces&range=24h&trace=${batch}`, wait: 'main' },
  ];
}
