import { MemoryCallStore, newRowId } from '@dcc-mcp/call-store';
import { parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';

const store = new MemoryCallStore({ calls: 5000 });

// Where a gateway has finished a call:
for (const { tool, isInTime, durationMillis } of [
  { tool: 'maya__create_sphere', isInTime: true, durationMillis: 12 },
  { tool: 'houdini__render_frame', isInTime: false, durationMillis: 30_000 },
]) {
  store.append('calls', {
    row_id: newRowId(),
    timestamp: new Date().toISOString(),
    request_id: crypto.randomUUID(),
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    trace_sampled: true,
    trace_carrier: 'none',
    transport: 'mcp',
    attribution_trust: {},
    operation: 'call',
    tool,
    tool_label: tool,
    outcome: isInTime ? 'ok' : 'timeout',
    success: isInTime,
    status: isInTime ? 'ok' : 'err',
    duration_ms: durationMillis,
    input_bytes: 120,
    output_bytes: 480,
    input_tokens: 30,
    output_tokens: 120,
  });
}

const asked = parseQuery('outcome=timeout tool~render duration_ms>2s', QUERY_FIELDS.calls);
if (!asked.ok) {
  throw new Error(asked.issue.message);
}
const { total, rows } = await store.list('calls', { query: asked.query, limit: 50 });
for (const { tool, duration_ms: millis } of rows) {
  console.log(`${total} of 2 calls: ${tool} after ${millis} ms`);
}
