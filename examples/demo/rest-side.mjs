// The agent's REST side: plain HTTP, the same operations.
/** Works over `/v1`. */
export function createRestSide({ url, agent, journal, spans }) {
  async function run(operation, body, { meta = {}, why } = {}) {
    const begin = performance.now();
    const response = await spans.request(operation, body, (inject) => {
      const headers = new Headers({
        'content-type': 'application/json',
        'x-dcc-mcp-agent-context': JSON.stringify(agent),
      });
      inject({ headers });
      return fetch(`${url}/v1/${operation}`, { method: 'POST', headers, body: JSON.stringify({ ...body, meta }) });
    });
    const answer = await response.json();
    const target = body.query ?? body.tool_slug ?? body.skill_name ?? `${body.calls?.length} calls`;
    journal.add({ transport: 'REST', operation, target, body: answer, millis: performance.now() - begin, why });
    return answer;
  }
  return { run, batch: (calls, why) => run('call_batch', { calls }, { why }) };
}
