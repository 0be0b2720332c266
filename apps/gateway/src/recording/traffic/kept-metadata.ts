import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { WireFrame } from '../../protocol/wire/wire-tap.ts';

/** Headers that name no credential, no person and no content. */
const KEPT_HEADERS = [
  'accept',
  'content-type',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
] as const;

const MAX_HEADER_BYTES = 512;
const MASK = '[masked]';

/** What stands in no frame, or masked. */
export const REDACTED_PATHS: readonly string[] = [
  'body',
  'headers.authorization',
  'headers.cookie',
  'headers.mcp-session-id',
  'identity.actor',
  'identity.agent',
  'identity.auth',
  'identity.client',
];

/** Those of the headers that are kept, bounded. */
export function keptHeaders(headers: WireFrame['headers'] = {}): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const text = [headers[name]].flat()[0];
    if (text !== undefined) {
      kept[name] = sanitizeText(text, MAX_HEADER_BYTES);
    }
  }
  return kept;
}

const CLAIMS = { agent: /^x-dcc-mcp-agent/, actor: /^x-dcc-mcp-actor/, client: /^x-dcc-mcp-client|^user-agent$/ };

/** Whether somebody is known, and not who. */
export function maskedIdentity({ leg, headers = {}, isAuthenticated }: WireFrame): Readonly<Record<string, string>> {
  if (leg !== 'client_to_gateway') {
    return {};
  }
  const names = Object.keys(headers);
  const claimed = Object.entries(CLAIMS).filter(([, pattern]) => names.some((name) => pattern.test(name)));
  const known = [...claimed.map(([who]) => who), ...(isAuthenticated === true ? ['auth'] : [])];
  return Object.fromEntries(known.map((who) => [who, MASK]));
}
