/** What `OTEL_*` has no word for; who may come in; which tools may be seen and called. */
export const ACCESS = {
  'telemetry.traceParent': {
    names: ['DCC_MCP_TRACE_PARENT'],
    kind: { choice: ['auto', 'remote', 'local'] },
    fallback: 'auto',
    description:
      "auto, remote: the caller's span is the parent. local: spans begin a trace of their own and link to it.",
  },
  'telemetry.protocolSpans': {
    names: ['DCC_MCP_TRACE_PROTOCOL_SPANS'],
    kind: 'boolean',
    fallback: false,
    description: 'Spans for what the gateway answers itself (initialize, tools/list) and for plain routes.',
  },
  'telemetry.captureContent': {
    names: ['DCC_MCP_CAPTURE_CONTENT'],
    kind: 'operations',
    fallback: [],
    defaultText: 'none',
    description: 'Operations whose arguments and results spans may hold; scene: the whole path of an open scene.',
  },
  'telemetry.baggageAllow': {
    names: ['DCC_MCP_BAGGAGE_ALLOW'],
    kind: { list: 'a list of baggage keys' },
    fallback: [],
    description: 'Baggage keys that cross the gateway.',
  },
  'auth.tokens': {
    names: ['DCC_MCP_AUTH_TOKEN'],
    kind: { secret: 'a comma list of tokens' },
    isGuard: true,
    description: 'Bearer tokens. In the file: objects with token or tokenFile, name, dccTypes.',
  },
  'auth.tokenFile': {
    names: ['DCC_MCP_AUTH_TOKEN_FILE'],
    kind: 'filePath',
    isGuard: true,
    description: 'A file that holds one bearer token.',
  },
  'auth.jwksUrl': {
    names: ['DCC_MCP_AUTH_JWKS_URL'],
    kind: 'url',
    isGuard: true,
    description: 'Where the public keys of accepted JWTs are.',
  },
  'auth.audience': {
    names: ['DCC_MCP_AUTH_AUDIENCE'],
    kind: 'text',
    isGuard: true,
    description: 'aud of the JWTs.',
  },
  'auth.issuer': {
    names: ['DCC_MCP_AUTH_ISSUER'],
    kind: 'text',
    isGuard: true,
    description: 'iss of the JWTs.',
  },
  'policy.quarantine': {
    names: ['DCC_MCP_POLICY_QUARANTINE'],
    kind: { choice: ['off', 'on-change'] },
    fallback: 'off',
    isGuard: true,
    description:
      'on-change: a tool whose title, description, schemas or annotations are not what was approved is held until somebody approves it. The first list of a server is trusted.',
  },
  'policy.readOnly': {
    names: ['DCC_MCP_POLICY_READ_ONLY'],
    kind: 'boolean',
    fallback: false,
    isGuard: true,
    description: 'Only tools that say they read (readOnlyHint) may be called.',
  },
  'policy.allowedDccTypes': {
    names: ['DCC_MCP_POLICY_ALLOWED_DCC_TYPES'],
    kind: { list: 'a list of words' },
    fallback: [],
    isGuard: true,
    description: 'DCC types that may be used; empty: all.',
  },
  'policy.allowedSkillNames': {
    names: ['DCC_MCP_POLICY_ALLOWED_SKILL_NAMES'],
    kind: { list: 'a list of words' },
    fallback: [],
    isGuard: true,
    description: 'Skills that may be used; empty: all.',
  },
  'policy.allowedSkillFamilies': {
    names: ['DCC_MCP_POLICY_ALLOWED_SKILL_FAMILIES'],
    kind: { list: 'a list of words' },
    fallback: [],
    isGuard: true,
    description: 'Beginnings of skill names that may be used; empty: all.',
  },
  'policy.allowedToolSlugs': {
    names: ['DCC_MCP_POLICY_ALLOWED_TOOL_SLUGS'],
    kind: { list: 'a list of words' },
    fallback: [],
    isGuard: true,
    description: 'Tool slugs that may be used; empty: all.',
  },
  'policy.allowedToolSlugPrefixes': {
    names: ['DCC_MCP_POLICY_ALLOWED_TOOL_SLUG_PREFIXES'],
    kind: { list: 'a list of words' },
    fallback: [],
    isGuard: true,
    description: 'Beginnings of tool slugs that may be used; empty: all.',
  },
} as const;
