import { type CallRow, newRowId } from '@dcc-mcp/call-store';

/** A good call, as a gateway would record it. */
export function callRow(more: Partial<CallRow> = {}): CallRow {
  return {
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
    tool: 'maya.12345678.create_sphere',
    tool_label: 'maya__create_sphere',
    outcome: 'ok',
    success: true,
    status: 'ok',
    duration_ms: 12,
    input_bytes: 2,
    output_bytes: 2,
    input_tokens: 1,
    output_tokens: 1,
    ...more,
  };
}
