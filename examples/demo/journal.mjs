// Keeps what the agent did and prints it, with where to look for it afterwards.
/** What commands ask that are not told otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:9765';

/** Collects one line per operation. */
export function createJournal(url) {
  const lines = [];
  return {
    /** `outcome` is `ok` or the error's kind; `why` says that a failure is meant. */
    add({ transport, operation, target, body, millis, why }) {
      const outcome = body.error?.kind ?? (body.ok === false || body.success === false ? 'partly failed' : 'ok');
      lines.push({ transport, operation, target, outcome, millis: Math.round(millis), traceId: body.trace_id, why });
    },
    print() {
      for (const { transport, operation, target, outcome, millis, why } of lines) {
        const reason = why ? ` (on purpose: ${why})` : '';
        console.log(
          `${transport.padEnd(15)} ${operation.padEnd(10)} ${outcome.padEnd(14)} ${String(millis).padStart(5)} ms  ${target}${reason}`,
        );
      }
      const failed = lines.filter(({ outcome }) => outcome !== 'ok').length;
      console.log(`\n${lines.length} operations, ${failed} failed.\n`);
      console.log(whereToLook(url, lines.findLast(({ traceId }) => traceId)?.traceId));
    },
  };
}

function whereToLook(url, traceId) {
  return [
    'Where to look:',
    `  failures  npx dcc-mcp-gateway calls --q success=false${url === DEFAULT_URL ? '' : ` --url ${url}`}`,
    `  counters  curl -s ${url}/metrics | grep dcc_mcp_tool_calls_total`,
    '  success   sum(rate(dcc_mcp_tool_calls_total{status="success"}[5m])) / sum(rate(dcc_mcp_tool_calls_total[5m]))',
    '  p95       histogram_quantile(0.95, sum by (le, tool) (rate(dcc_mcp_tool_duration_seconds_bucket[5m])))',
    `  traces    start the gateway and this agent with OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318, look for ${traceId ?? 'a trace id of the answers'}`,
    `  servers   curl -s ${url}/v1/instances`,
  ].join('\n');
}
