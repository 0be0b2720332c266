import { redactText } from '@dcc-mcp/bounds/redaction';
import { type ActivityRow, newRowId, type Severity } from '@dcc-mcp/call-store';
import type { TelemetryHealthChange } from '@dcc-mcp/telemetry-node';
import type { ConfigOutcome } from '../../config/load/config-watch.ts';

/** What stands in the feed of activity alone. */
export type ActivityNote = Pick<ActivityRow, 'kind' | 'severity' | 'status' | 'message'>;

/** The note as a row of now. */
export function toActivityRow(note: ActivityNote): ActivityRow {
  return {
    event_id: `${note.kind}:${newRowId()}`,
    timestamp: new Date().toISOString(),
    ...note,
    message: redactText(note.message),
    correlation: {},
  };
}

/** That the state of an exporter changed; the line says why, and what to do. */
export function exporterNote({ exporter, weight, message }: TelemetryHealthChange): ActivityNote {
  return { kind: 'export_health', severity: severityOf(exporter.state, weight), status: exporter.state, message };
}

/** What came of a look at the configuration file. */
export function configNote(outcome: ConfigOutcome, line: string): ActivityNote {
  return { kind: 'config', severity: outcome === 'refused' ? 'warning' : 'info', status: outcome, message: line };
}

/** That a worker has ended, and what becomes of its place. */
export function workerNote(message: string): ActivityNote {
  return { kind: 'config', severity: 'warning', status: 'worker_died', message };
}

function severityOf(state: string, weight: TelemetryHealthChange['weight']): Severity {
  return state === 'failing' ? 'error' : weight === 'warn' ? 'warning' : 'info';
}
