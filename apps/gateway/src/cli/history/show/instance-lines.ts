import { toInstanceShort } from '../../../protocol/instance-id.ts';
import { type Line, plain } from './print-lines.ts';
import { type Cell, tableLines } from './table-lines.ts';
import { countOf, durationOf } from './values.ts';

/** What is shown of the card of an instance. */
export interface Card {
  readonly instance_id: string;
  readonly display_name: string;
  readonly dcc_type: string;
  readonly status: string;
  readonly source: string;
  readonly last_error?: string;
  /** Absent for one that is a child process. */
  readonly mcp_url?: string;
  readonly tool_count: number;
  readonly in_flight: number;
  readonly queue_depth: number;
  /** Absent where no calls are remembered. */
  readonly calls?: { readonly total: number; readonly failed: number; readonly p95_ms?: number };
}

/** What `instances` answers. */
export interface InstanceList {
  readonly instances: readonly Card[];
  readonly departed: readonly {
    readonly instance_id: string;
    readonly dcc_type: string;
    readonly left_at: string;
    readonly reason: string;
  }[];
  readonly skipped: readonly {
    readonly source: string;
    readonly dcc_type?: string;
    readonly instance_id?: string;
    readonly reason: string;
  }[];
}

/** Of those that left, and of rows that became no instance. */
const MAX_SHOWN = 5;

/** How many calls, how many of them failed, and p95. */
function callCells(calls: Card['calls']): readonly Cell[] {
  if (calls === undefined) {
    return ['', '', ''];
  }
  const { total, failed, p95_ms: p95 } = calls;
  return [
    countOf(total),
    { text: countOf(failed), tone: failed === 0 ? 'quiet' : 'bad' },
    p95 === undefined ? '' : durationOf(p95),
  ];
}

/** The servers behind a gateway, and below them why one is not ready, which left, and what became none. */
export function instanceLines(list: InstanceList, width: number | undefined): readonly Line[] {
  const rest = [...departedLines(list), ...skippedLines(list)];
  return [...cardLines(list.instances, width), ...(rest.length === 0 ? [] : [plain(''), ...rest])];
}

function departedLines({ departed }: InstanceList): readonly Line[] {
  const lines = departed
    .slice(0, MAX_SHOWN)
    .map(({ dcc_type: type, instance_id: id, left_at: at, reason }): Line => [
      { text: `left ${at.slice(0, 19)}Z  ${type} ${toInstanceShort(id)}: ${reason}`, tone: 'quiet' },
    ]);
  return [...lines, ...moreOf(departed.length, 'left')];
}

function skippedLines({ skipped }: InstanceList): readonly Line[] {
  const lines = skipped.slice(0, MAX_SHOWN).map(({ source, dcc_type: type, instance_id: id, reason }): Line => {
    const who = [type, id && toInstanceShort(id)].filter((each) => each !== undefined).join(' ');
    return [{ text: `skipped (${source})  ${who === '' ? '' : `${who}: `}${reason}`, tone: 'bad' }];
  });
  return [...lines, ...moreOf(skipped.length, 'were skipped')];
}

function moreOf(count: number, what: string): readonly Line[] {
  return count > MAX_SHOWN ? [plain(`${count - MAX_SHOWN} more ${what}: --json has them`)] : [];
}

/** The servers behind a gateway, and below them why one is not ready. */
function cardLines(cards: readonly Card[], width: number | undefined): readonly Line[] {
  if (cards.length === 0) {
    return [plain('no instances: name servers under mcpServers of the configuration, or let them register')];
  }
  const rows = cards.map((card) => {
    const { dcc_type: type, status, tool_count: tools, calls, in_flight: running, queue_depth: waiting } = card;
    const isIdle = status === 'idle' || status === 'disabled';
    return [
      `${card.display_name} (${type})`,
      { text: status, tone: status === 'ready' ? ('good' as const) : isIdle ? ('quiet' as const) : ('bad' as const) },
      countOf(tools),
      ...callCells(calls),
      countOf(running + waiting),
      card.source,
    ];
  });
  const errors = cards.flatMap(({ display_name: name, last_error: error, mcp_url: url, status }) => {
    const place = url === undefined ? '' : ` (${url})`;
    return error === undefined || status === 'ready'
      ? []
      : [[{ text: `${name}: ${error}${place}`, tone: 'bad' as const }]];
  });
  return [
    ...tableLines({ head: ['instance', 'status', 'tools', 'calls', 'failed', 'p95', 'now', 'from'], rows }, width),
    ...(errors.length === 0 ? [] : [plain(''), ...errors]),
  ];
}
