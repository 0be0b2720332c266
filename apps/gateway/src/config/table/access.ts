import { list, boolean, choice, filePath, httpUrl, secret, text } from '@dcc-mcp/telemetry-config/settings';
import { operations } from './operations-kind.ts';
import { setting, type SettingRows, type SettingWithFallback } from './setting.ts';

/** What `OTEL_*` has no word for. */
export const TELEMETRY: SettingRows<
  {
    traceParent: 'auto' | 'remote' | 'local';
    protocolSpans: boolean;
    captureContent: readonly string[];
    baggageAllow: readonly string[];
  },
  object
> = {
  traceParent: setting('telemetry.traceParent', 'DCC_MCP_TRACE_PARENT', {
    kind: choice(['auto', 'remote', 'local']),
    fallback: 'auto',
    description:
      "auto, remote: the caller's span is the parent. local: spans begin a trace of their own and link to it.",
  }),
  protocolSpans: setting('telemetry.protocolSpans', 'DCC_MCP_TRACE_PROTOCOL_SPANS', {
    kind: boolean(),
    fallback: false,
    description: 'Spans for what the gateway answers itself (initialize, tools/list) and for plain routes.',
  }),
  captureContent: setting('telemetry.captureContent', 'DCC_MCP_CAPTURE_CONTENT', {
    kind: operations(),
    fallback: [],
    defaultText: 'none',
    description: 'Operations whose arguments and results spans may hold.',
  }),
  baggageAllow: setting('telemetry.baggageAllow', 'DCC_MCP_BAGGAGE_ALLOW', {
    kind: list('a list of baggage keys'),
    fallback: [],
    description: 'Baggage keys that cross the gateway.',
  }),
};

/** Who may use `/mcp`, `/v1` and the admin page. */
export const AUTH: SettingRows<
  object,
  { tokens: string; tokenFile: string; jwksUrl: string; audience: string; issuer: string }
> = {
  tokens: setting('auth.tokens', 'DCC_MCP_AUTH_TOKEN', {
    kind: secret('a comma list of tokens'),
    isGuard: true,
    description: 'Bearer tokens. In the file: objects with token or tokenFile, name, dccTypes.',
  }),
  tokenFile: setting('auth.tokenFile', 'DCC_MCP_AUTH_TOKEN_FILE', {
    kind: filePath(),
    isGuard: true,
    description: 'A file that holds one bearer token.',
  }),
  jwksUrl: setting('auth.jwksUrl', 'DCC_MCP_AUTH_JWKS_URL', {
    kind: httpUrl(),
    isGuard: true,
    description: 'Where the public keys of accepted JWTs are.',
  }),
  audience: setting('auth.audience', 'DCC_MCP_AUTH_AUDIENCE', {
    kind: text(),
    isGuard: true,
    description: 'aud of the JWTs.',
  }),
  issuer: setting('auth.issuer', 'DCC_MCP_AUTH_ISSUER', {
    kind: text(),
    isGuard: true,
    description: 'iss of the JWTs.',
  }),
};

function allowList(key: string, name: string, what: string): SettingWithFallback<readonly string[]> {
  return setting(`policy.${key}`, `DCC_MCP_POLICY_${name}`, {
    kind: list('a list of words'),
    fallback: [],
    isGuard: true,
    description: `${what} that may be used; empty: all.`,
  });
}

/** Which tools may be seen and called. */
export const POLICY: SettingRows<
  {
    quarantine: 'off' | 'on-change';
    readOnly: boolean;
    allowedDccTypes: readonly string[];
    allowedSkillNames: readonly string[];
    allowedSkillFamilies: readonly string[];
    allowedToolSlugs: readonly string[];
    allowedToolSlugPrefixes: readonly string[];
  },
  object
> = {
  quarantine: setting('policy.quarantine', 'DCC_MCP_POLICY_QUARANTINE', {
    kind: choice(['off', 'on-change']),
    fallback: 'off',
    isGuard: true,
    description: 'on-change: a tool whose description or schema changed is held until approved.',
  }),
  readOnly: setting('policy.readOnly', 'DCC_MCP_POLICY_READ_ONLY', {
    kind: boolean(),
    fallback: false,
    isGuard: true,
    description: 'Only tools that say they read (readOnlyHint) may be called.',
  }),
  allowedDccTypes: allowList('allowedDccTypes', 'ALLOWED_DCC_TYPES', 'DCC types'),
  allowedSkillNames: allowList('allowedSkillNames', 'ALLOWED_SKILL_NAMES', 'Skills'),
  allowedSkillFamilies: allowList('allowedSkillFamilies', 'ALLOWED_SKILL_FAMILIES', 'Beginnings of skill names'),
  allowedToolSlugs: allowList('allowedToolSlugs', 'ALLOWED_TOOL_SLUGS', 'Tool slugs'),
  allowedToolSlugPrefixes: allowList(
    'allowedToolSlugPrefixes',
    'ALLOWED_TOOL_SLUG_PREFIXES',
    'Beginnings of tool slugs',
  ),
};
