import type { CallStore } from '@dcc-mcp/call-store';
import type { CallLoop } from '../../governance/call-loops.ts';
import type { Log } from '../../protocol/log.ts';
import { toActivityRow } from './activity-note.ts';

/** Tells that a caller makes the same call again and again, in the feed and in a line. */
export function loopNote({ store, log }: { readonly store: CallStore; readonly log: Log }): (loop: CallLoop) => void {
  return ({ tool, caller, calls, windowSecs, isRefused }) => {
    const end = isRefused ? '; further ones are refused' : '';
    const message = `${caller} made the same call of ${tool} ${calls} times within ${windowSecs} s: a loop${end}`;
    log(message, { severity: 'warn' });
    store.append('activity', toActivityRow({ kind: 'tool_call', severity: 'warning', status: 'loop', message }));
  };
}
