import { headerText } from '@dcc-mcp/http-adapter';
import type { RequestHeaders } from '@dcc-mcp/request-context';
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import {
  asObject,
  isJsonObject,
  textOf,
  type JsonObject,
  type JsonRpcRequest,
  type JsonRpcNotification,
  type JsonValue,
} from '../../protocol/json-rpc.ts';
import { ERROR_HEADER_MISMATCH, McpError } from '../../protocol/mcp-protocol.ts';
import {
  findMirroredParameters,
  type MirroredParameter,
  valueAt,
} from '../../protocol/mirrored/mirrored-parameters.ts';
import { decodeMirroredValue, mirroredName } from '../../protocol/mirrored/mirrored-value.ts';

function mismatch(message: string): McpError {
  return new McpError(ERROR_HEADER_MISMATCH, message, { httpStatus: 400 });
}

/**
 * Checks the headers that mirror the body of a modern request (MCP 2026-07-28, "Standard headers").
 *
 * @throws {McpError} -32020 with HTTP 400 when one is missing or says something else than the body.
 */
export function checkMirroredHeaders(message: JsonRpcRequest | JsonRpcNotification, headers: RequestHeaders): void {
  const version = headerText(headers, 'mcp-protocol-version');
  if (version === undefined) {
    throw mismatch('Header mismatch: MCP-Protocol-Version header is required');
  }
  const claimed = asObject(message.params?.['_meta'])?.[PROTOCOL_VERSION_META_KEY];
  if (version.trim() !== claimed) {
    throw mismatch(`Header mismatch: MCP-Protocol-Version is '${version}', the body says '${textOf(claimed)}'`);
  }
  const method = headerText(headers, 'mcp-method');
  if (method === undefined) {
    throw mismatch('Header mismatch: Mcp-Method header is required');
  }
  if (method.trim() !== message.method) {
    throw mismatch(`Header mismatch: Mcp-Method is '${method}', the body says '${message.method}'`);
  }
  checkName(mirroredName(message.method, message.params), headerText(headers, 'mcp-name'));
}

function checkName(inBody: unknown, header: string | undefined): void {
  if (typeof inBody !== 'string') {
    return;
  }
  if (header === undefined) {
    throw mismatch('Header mismatch: Mcp-Name header is required');
  }
  if (decodeMirroredValue(header.trim()) !== inBody) {
    throw mismatch(`Header mismatch: Mcp-Name is '${header}', the body says '${inBody}'`);
  }
}

/**
 * Compares `Mcp-Param-*` headers with the arguments that the tool's schema marks with `x-mcp-header`.
 *
 * @throws {McpError} -32020 with HTTP 400 on the first difference.
 */
export function checkMirroredArguments(
  inputSchema: JsonValue | undefined,
  args: JsonObject | undefined,
  headers: RequestHeaders,
): void {
  for (const { header: marked, path } of mirroredBy(inputSchema)) {
    const header = headerText(headers, `mcp-param-${marked.toLowerCase()}`);
    checkArgument({ name: path.join('.'), marked, value: valueAt(args, path), header });
  }
}

const found = new WeakMap<JsonObject, readonly MirroredParameter[]>();

/** Looked for once: a schema is the same for each call of its tool. */
function mirroredBy(inputSchema: JsonValue | undefined): readonly MirroredParameter[] {
  if (!isJsonObject(inputSchema)) {
    return [];
  }
  let mirrored = found.get(inputSchema);
  if (mirrored === undefined) {
    mirrored = findMirroredParameters(inputSchema);
    found.set(inputSchema, mirrored);
  }
  return mirrored;
}

interface MarkedArgument {
  readonly name: string;
  /** What the header is called behind `Mcp-Param-`. */
  readonly marked: string;
  readonly value: unknown;
  readonly header: string | undefined;
}

function checkArgument({ name, marked, value, header }: MarkedArgument): void {
  if (value === undefined || value === null) {
    if (header !== undefined) {
      throw mismatch(`Header mismatch: Mcp-Param-${marked} is given, the body has no argument '${name}'`);
    }
    return;
  }
  if (header === undefined) {
    throw mismatch(`Header mismatch: Mcp-Param-${marked} header is required for the argument '${name}'`);
  }
  const decoded = decodeMirroredValue(header.trim());
  const isEqual = typeof value === 'number' ? Number(decoded) === value : decoded === textOf(value);
  if (!isEqual) {
    throw mismatch(`Header mismatch: Mcp-Param-${marked} differs from the argument '${name}'`);
  }
}
