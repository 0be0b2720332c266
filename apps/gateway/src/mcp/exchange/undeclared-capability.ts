import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';

/**
 * The capability of MCP that a client lacks for a question, as a path (`elicitation.url`); a question of another kind is
 * the client's to refuse.
 */
export function undeclaredCapability(
  capabilities: JsonObject,
  method: string,
  params: JsonObject | undefined,
): string | undefined {
  const { sampling, elicitation } = capabilities;
  switch (method) {
    case 'sampling/createMessage':
      return undeclared('sampling', sampling, params?.['tools'] === undefined ? undefined : 'tools');
    case 'elicitation/create':
      return params?.['mode'] === 'url'
        ? undeclared('elicitation', elicitation, 'url')
        : undeclared('elicitation', elicitation, isUrlOnly(elicitation) ? 'form' : undefined);
    default:
      return undefined;
  }
}

/** An empty `elicitation` means forms (MCP 2025-11-25, "Elicitation"). */
function isUrlOnly(elicitation: JsonValue | undefined): boolean {
  return isJsonObject(elicitation) && elicitation['url'] !== undefined && elicitation['form'] === undefined;
}

function undeclared(name: string, declared: JsonValue | undefined, member: string | undefined): string | undefined {
  if (declared === undefined) {
    return member === 'url' ? `${name}.url` : name;
  }
  const has = member === undefined || (isJsonObject(declared) && declared[member] !== undefined);
  return has ? undefined : `${name}.${member}`;
}
