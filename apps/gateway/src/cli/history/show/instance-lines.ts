import { type Line, plain } from './print-lines.ts';
import { tableLines } from './table-lines.ts';
import { countOf, durationOf } from './values.ts';

/** What is shown of the card of an instance. */
export interface Card {
  readonly instance_id: string;
  readonly display_name: string;
  readonly dcc_type: string;
  readonly status: string;
  readonly last_error?: string;
  readonly tool_count: number;
  readonly in_flight: number;
  readonly queue_depth: number;
  readonly calls: { readonly total: number; readonly failed: number; readonly p95_ms?: number };
}

/** The servers behind a gateway, and below them why one is not ready. */
export function instanceLines(cards: readonly Card[], width: number | undefined): readonly Line[] {
  if (cards.length === 0) {
    return [plain('no instances: name servers under mcpServers of the configuration')];
  }
  const rows = cards.map((card) => {
    const { dcc_type: type, status, tool_count: tools, calls, in_flight: running, queue_depth: waiting } = card;
    const isIdle = status === 'idle' || status === 'disabled';
    return [
      `${card.display_name} (${type})`,
      { text: status, tone: status === 'ready' ? ('good' as const) : isIdle ? ('quiet' as const) : ('bad' as const) },
      countOf(tools),
      countOf(calls.total),
      { text: countOf(calls.failed), tone: calls.failed === 0 ? ('quiet' as const) : ('bad' as const) },
      calls.p95_ms === undefined ? '' : durationOf(calls.p95_ms),
      countOf(running + waiting),
    ];
  });
  const errors = cards.flatMap(({ display_name: name, last_error: error, status }) =>
    error === undefined || status === 'ready' ? [] : [[{ text: `${name}: ${error}`, tone: 'bad' as const }]],
  );
  return [
    ...tableLines({ head: ['instance', 'status', 'tools', 'calls', 'failed', 'p95', 'now'], rows }, width),
    ...(errors.length === 0 ? [] : [plain(''), ...errors]),
  ];
}
