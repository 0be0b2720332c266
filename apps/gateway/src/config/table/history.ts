/** What is kept of what happened, in memory. */
export const HISTORY = {
  'admin.history': {
    names: ['DCC_MCP_ADMIN_HISTORY'],
    kind: 'boolean',
    fallback: true,
    description: 'Whether calls, traces and searches are remembered at all.',
  },
  'admin.slowMs': {
    names: ['DCC_MCP_ADMIN_SLOW_MS'],
    kind: { integer: [1] },
    fallback: 1_000,
    description: 'Calls longer than this are slow, in ms: their traces are kept beside those of failed ones.',
  },
  'admin.calls': {
    names: ['DCC_MCP_ADMIN_CALLS'],
    kind: { integer: [1, 1_000_000] },
    fallback: 5_000,
    description: 'Calls that are remembered.',
  },
  'admin.traces': {
    names: ['DCC_MCP_ADMIN_TRACES'],
    kind: { integer: [1, 100_000] },
    fallback: 1_000,
    description: 'Traces that are remembered, and as many of failed and slow requests beside them.',
  },
  'admin.events': {
    names: ['DCC_MCP_ADMIN_EVENTS'],
    kind: { integer: [1, 1_000_000] },
    fallback: 1_000,
    description: 'Events that are remembered, and as many decisions of policy and limits.',
  },
  'admin.searches': {
    names: ['DCC_MCP_ADMIN_SEARCHES'],
    kind: { integer: [1, 1_000_000] },
    fallback: 1_000,
    description: 'Searches that are remembered.',
  },
  'admin.frames': {
    names: ['DCC_MCP_ADMIN_FRAMES'],
    kind: { integer: [1, 1_000_000] },
    fallback: 5_000,
    description: 'Frames of traffic that are remembered, where DCC_MCP_TRAFFIC_CAPTURE captures them.',
  },
  'admin.redactPaths': {
    names: ['DCC_MCP_ADMIN_REDACT_PATHS'],
    kind: { list: 'a list of paths, as content.*.text' },
    fallback: [],
    description: 'Places in arguments and results that are never kept: names and indexes, * for any.',
  },
} as const;
