// The agent's REST side: plain HTTP, the same operations.
import { newTraceparent } from './journal.mjs';

/** Works over `/v1`. */
export function createRestSide(url, agent, journal) {
  async function run(operation, body, { meta = {}, why } = {}) {
    const begin = performance.now();
    const response = await fetch(`${url}/v1/${operation}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: newTraceparent(),
        'x-dcc-mcp-agent-context': JSON.stringify(agent),
      },
      body: JSON.stringify({ ...body, meta }),
    });
    const answer = await response.json();
    const target = body.query ?? body.tool_slug ?? body.skill_name ?? `${body.calls?.length} calls`;
    journal.add({ transport: 'REST', operation, target, body: answer, millis: performance.now() - begin, why });
    return answer;
  }
  return { run, batch: (calls, why) => run('call_batch', { calls }, { why }) };
}
