import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { JsonRpcRequest, JsonValue } from '../../protocol/json-rpc.ts';
import { memberOf } from '../../protocol/json/raw-json.ts';
import { ERROR_METHOD_NOT_FOUND, ERROR_MISSING_CAPABILITY, McpError } from '../../protocol/mcp-protocol.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { FailedResult } from '../exchange/failed-result.ts';
import type { McpHandler } from '../server/mcp-mode.ts';

/** What nobody can be asked for. */
const DECLINED = { error: { code: ERROR_METHOD_NOT_FOUND, message: 'The client can be asked nothing' } };

/**
 * A handler whose server may ask what a client of the stateless era did not declare. The server is told that the question
 * is declined, because many can go on without; where it gives up, the client is told which capability it would need.
 */
export function namingUndeclared(handler: McpHandler): McpHandler {
  return (request, exchange) =>
    exchange.client.era === 'legacy' ? handler(request, exchange) : runNaming(handler, request, exchange);
}

async function runNaming(handler: McpHandler, request: JsonRpcRequest, exchange: Exchange): ReturnType<McpHandler> {
  const missing = new Set<string>();
  const ask = exchange.ask ?? (() => Promise.resolve(DECLINED));
  const watched = { ...exchange, ask, onUndeclared: (capability: string) => void missing.add(capability) };
  const result = await handler(request, watched).catch((error: unknown) => {
    throw missing.size > 0 && error instanceof McpError ? missingCapabilities(missing, error.outcome) : error;
  });
  const { result: told, outcome } = result instanceof FailedResult ? result : { result };
  if (missing.size > 0 && memberOf(told, 'isError') === true) {
    throw missingCapabilities(missing, outcome);
  }
  return result;
}

/** MCP 2026-07-28, "MissingRequiredClientCapabilityError". */
function missingCapabilities(missing: ReadonlySet<string>, outcome?: Outcome): McpError {
  const requiredCapabilities: Record<string, Record<string, JsonValue>> = {};
  for (const path of missing) {
    const [name = '', member] = path.split('.');
    requiredCapabilities[name] = { ...requiredCapabilities[name], ...(member === undefined ? {} : { [member]: {} }) };
  }
  const message = `The request needs what the client did not declare: ${[...missing].join(', ')}`;
  return new McpError(ERROR_MISSING_CAPABILITY, message, { httpStatus: 400, data: { requiredCapabilities }, outcome });
}
