import { ATTR_DCC_MCP_ERROR_KIND, ATTR_DCC_MCP_OUTCOME, ERROR_KIND_FACTS } from '@dcc-mcp/semantic-conventions';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);

// Every call takes too long here: one word decides the span, the status and the advice.
createServer((_request, response) => {
  const kind = 'timeout';
  const { outcome, httpStatus, retryable, recommendedNextAction } = ERROR_KIND_FACTS[kind];
  const attributes = {
    [ATTR_DCC_MCP_OUTCOME]: outcome,
    [ATTR_DCC_MCP_ERROR_KIND]: kind,
    [ATTR_ERROR_TYPE]: outcome,
  };
  console.log('span.setAttributes', JSON.stringify(attributes));
  response.writeHead(httpStatus, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind, retryable, recommended_next_action: recommendedNextAction }));
}).listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
