import { SessionEventBuffer } from '@dcc-mcp/session-events';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const buffer = new SessionEventBuffer('render-host-1', { capacity: 1000 });

const host = spawn(process.execPath, ['-e', 'console.error("loading scene"); console.error("token=abc123 refused")']);
for await (const message of createInterface(host.stderr)) {
  buffer.append({ source: 'host', stream: 'stderr', level: 'info', message, tool_call_id: 'req-18' });
}

const { events, next_cursor: next, missed } = buffer.read({ cursor: 0, limit: 100 });
for (const { id, level, message } of events) {
  console.log(`${id} ${level} ${message}`);
}
console.log(`go on at ${next}, ${missed} missed`);
