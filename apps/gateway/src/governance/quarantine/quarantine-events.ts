import type { QuarantineAction, QuarantineScope } from '@dcc-mcp/semantic-conventions';
import type { Ledger } from '../approvals/ledger.ts';
import { isWholeHeld, type JudgedList } from './held-tool.ts';

/** Something that was held, or is so no longer. */
export interface QuarantineEvent {
  readonly scope: QuarantineScope;
  readonly action: QuarantineAction;
  readonly server: string;
  /** `server/tool` of each tool that it happened to. */
  readonly tools: readonly string[];
}

/**
 * What has happened between two judgements of one instance.
 *
 * @param known What was known before: what was held then already is no news, also after a restart.
 */
export function eventsBetween(
  before: JudgedList | undefined,
  now: JudgedList,
  known: Ledger,
): readonly QuarantineEvent[] {
  const { server } = now.list;
  const tools: Record<QuarantineAction, string[]> = { quarantined: [], changed: [], approved: [], lifted: [] };
  for (const { name, hash } of now.list.tools) {
    const was = before?.held.get(name);
    const is = now.held.get(name);
    const isNews =
      known.servers
        .get(server)
        ?.tools.get(name)
        ?.held.some((each) => each.hash === hash) !== true;
    if (was !== undefined && is === undefined) {
      tools[was.hash === hash ? 'approved' : 'lifted'].push(`${server}/${name}`);
    } else if (was === undefined && is !== undefined && isNews) {
      tools.quarantined.push(`${server}/${name}`);
      tools.changed.push(...(is.reason === 'changed' ? [`${server}/${name}`] : []));
    }
  }
  const events = ACTIONS.map((action) => ({ scope: 'tool', action, server, tools: tools[action] }) as const);
  return [...events.filter((event) => event.tools.length > 0), ...eventOfServer(before, now, tools)];
}

const ACTIONS = ['quarantined', 'changed', 'approved', 'lifted'] as const;

function eventOfServer(
  before: JudgedList | undefined,
  now: JudgedList,
  tools: Readonly<Record<QuarantineAction, readonly string[]>>,
): readonly QuarantineEvent[] {
  const { server } = now.list;
  const was = before !== undefined && isWholeHeld(before);
  const is = isWholeHeld(now);
  if (is && !was && tools.quarantined.length > 0) {
    return [{ scope: 'server', action: 'quarantined', server, tools: tools.quarantined }];
  }
  if (was && !is && now.list.tools.length > 0) {
    return [{ scope: 'server', action: tools.approved.length > 0 ? 'approved' : 'lifted', server, tools: [] }];
  }
  return [];
}
