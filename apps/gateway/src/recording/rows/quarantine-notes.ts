import type { CallStore } from '@dcc-mcp/call-store';
import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import {
  ATTR_DCC_MCP_UPSTREAM,
  EVENT_DCC_MCP_UPSTREAM_STATE,
  type QuarantineAction,
} from '@dcc-mcp/semantic-conventions';
import type { Approvals } from '../../governance/approvals/approvals.ts';
import type { QuarantineEvent } from '../../governance/quarantine/quarantine-events.ts';
import { Quarantine } from '../../governance/quarantine/quarantine.ts';
import type { Log } from '../../protocol/log.ts';
import { counted } from '../../protocol/printable-text.ts';
import { toActivityRow } from './activity-note.ts';

/** Where quarantine is told of. */
interface QuarantineNotes {
  readonly metrics: GatewayMetrics | undefined;
  /** Absent where it is told elsewhere. */
  readonly store: Pick<CallStore, 'append'> | undefined;
  readonly log: Log;
}

/** What holds changed tools, and tells of it. */
export function createQuarantine(approvals: Approvals, notes: QuarantineNotes): Quarantine {
  return new Quarantine({
    approvals,
    now: Date.now,
    onEvent: (event) => noteEvent(event, notes),
    onTrouble: (message) => noteTrouble(message, notes),
  });
}

/** Names that one line has room for. */
const MAX_NAMES = 3;

const HAPPENED: Readonly<Record<QuarantineAction, string>> = {
  quarantined: 'held until somebody approves it',
  changed: 'not what was approved',
  approved: 'approved',
  lifted: 'what was approved again, and no longer held',
};

/** Counts each thing that happened; a person is told once of each kind, of however many tools. */
function noteEvent(event: QuarantineEvent, { metrics, store, log }: QuarantineNotes): void {
  const { scope, action, server, tools } = event;
  const times = scope === 'server' ? 1 : tools.length;
  for (let time = 0; time < times; time += 1) {
    metrics?.recordQuarantine(scope, action);
  }
  // That a tool changed is why it is held, which is told.
  if (scope === 'server' || action === 'changed') {
    return;
  }
  const isHeld = action === 'quarantined';
  const hint = isHeld ? `; look at it with: dcc-mcp-gateway approvals show ${tools[0] ?? server}` : '';
  const message = `quarantine: ${namesOf(tools)} ${tools.length === 1 ? 'is' : 'are'} ${HAPPENED[action]}${hint}`;
  log(message, {
    severity: isHeld ? 'warn' : 'info',
    event: EVENT_DCC_MCP_UPSTREAM_STATE,
    attributes: { [ATTR_DCC_MCP_UPSTREAM]: server },
  });
  store?.append(
    'activity',
    toActivityRow({ kind: 'config', severity: isHeld ? 'warning' : 'info', status: action, message }),
  );
}

function namesOf(tools: readonly string[]): string {
  const named = tools.slice(0, MAX_NAMES).join(', ');
  return tools.length <= MAX_NAMES ? named : `${named} and ${counted(tools.length - MAX_NAMES, 'more tool')}`;
}

/** That approvals can't be read or written, or can be again. */
function noteTrouble(message: string | undefined, { store, log }: QuarantineNotes): void {
  const line =
    message === undefined
      ? 'quarantine: approvals can be read and written again'
      : `quarantine: ${message}; until then nothing that is new is approved for good`;
  log(line, { severity: message === undefined ? 'info' : 'error', event: EVENT_DCC_MCP_UPSTREAM_STATE });
  const row = {
    kind: 'config',
    severity: message === undefined ? 'info' : 'error',
    status: 'approvals',
    message: line,
  } as const;
  store?.append('activity', toActivityRow(row));
}
