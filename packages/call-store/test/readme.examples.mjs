/* oxlint-disable no-console -- a program that prints what it found */
// #region start
import { MemoryCallStore, newRowId } from '@dcc-mcp/call-store';
import { parseQuery, QUERY_FIELDS } from '@dcc-mcp/call-store/query';

const store = new MemoryCallStore({ calls: 5000 });

function record(tool, outcome, durationMillis) {
  const success = outcome === 'ok';
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
    outcome,
    success,
    status: success ? 'ok' : 'err',
    duration_ms: durationMillis,
    input_bytes: 120,
    output_bytes: 480,
    input_tokens: 30,
    output_tokens: 120,
  });
}

record('maya__create_sphere', 'ok', 12);
record('houdini__render_frame', 'timeout', 30_000);

const asked = parseQuery('outcome=timeout tool~render duration_ms>2s', QUERY_FIELDS.calls);
if (!asked.ok) {
  throw new Error(asked.issue.message);
}
const { total, rows } = await store.list('calls', { query: asked.query, limit: 50 });
console.log(`${total} of 2 calls: ${rows[0].tool} after ${rows[0].duration_ms} ms`);
// #endregion
