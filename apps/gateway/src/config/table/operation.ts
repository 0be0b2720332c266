/** How much, how often; what is kept; instances that come by themselves; keys that stand alone. */
export const OPERATION = {
  'limits.ratePerMinute': {
    names: ['DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE'],
    kind: { integer: [1] },
    defaultText: 'unlimited',
    description: 'Requests of one principal, or one address, in a minute.',
  },
  'limits.concurrencyPerPrincipal': {
    names: ['DCC_MCP_CONCURRENCY_PER_PRINCIPAL'],
    kind: { integer: [1] },
    defaultText: 'unlimited',
    description: 'Calls of one principal at a time.',
  },
  'limits.readOnlyRatePerMinute': {
    names: ['DCC_MCP_READ_ONLY_RATE_PER_MINUTE'],
    kind: { integer: [1] },
    defaultText: 'unlimited',
    description: 'Calls of one principal in a minute of tools that say readOnlyHint: true, together.',
  },
  'limits.destructiveRatePerMinute': {
    names: ['DCC_MCP_DESTRUCTIVE_RATE_PER_MINUTE'],
    kind: { integer: [1] },
    defaultText: 'unlimited',
    description: 'Calls of one principal in a minute of tools that say destructiveHint: true, together.',
  },
  'limits.toolRatesPerMinute': {
    names: ['DCC_MCP_TOOL_RATES_PER_MINUTE'],
    kind: 'rates',
    fallback: {},
    defaultText: 'unlimited',
    description:
      'Calls of one principal in a minute of each tool whose name, or dcc type and name as maya__render, fits the key; * for any characters.',
  },
  'limits.loopCalls': {
    names: ['DCC_MCP_LOOP_CALLS'],
    kind: { integer: [2, 100_000] },
    fallback: 20,
    description: 'Identical calls of one session or principal in a window; more are told of as a loop.',
  },
  'limits.loopWindowSecs': {
    names: ['DCC_MCP_LOOP_WINDOW_SECS'],
    kind: { integer: [1, 86_400] },
    fallback: 60,
    description: 'Length of that window in seconds, from the first of the calls.',
  },
  'limits.refuseLoops': {
    names: ['DCC_MCP_REFUSE_LOOPS'],
    kind: 'boolean',
    fallback: false,
    description: 'Whether the further calls of a loop are refused until the window is over.',
  },
  'limits.readRetryMax': {
    names: ['DCC_MCP_GATEWAY_READ_RETRY_MAX'],
    kind: { integer: [0, 100] },
    fallback: 2,
    description: 'Retries of a call that only reads; 0 means none.',
  },
  'limits.circuitFailureThreshold': {
    names: ['DCC_MCP_GATEWAY_CIRCUIT_FAILURE_THRESHOLD'],
    kind: { integer: [1] },
    fallback: 5,
    description: 'Failures in a row that open the circuit of an upstream.',
  },
  'limits.circuitOpenSecs': {
    names: ['DCC_MCP_GATEWAY_CIRCUIT_OPEN_SECS'],
    kind: { integer: [1] },
    fallback: 30,
    description: 'How long it stays open, in seconds.',
  },
  'jobs.retentionSecs': {
    names: ['DCC_MCP_JOBS_RETENTION_SECS'],
    kind: { integer: [1, 604_800] },
    fallback: 3_600,
    description: 'How long a finished job is kept, in seconds.',
  },
  'jobs.timeoutSecs': {
    names: ['DCC_MCP_JOBS_TIMEOUT_SECS'],
    kind: { integer: [1, 604_800] },
    fallback: 3_600,
    description: 'Longest time of a job, waiting included, in seconds; timeoutMs of its server does not bound it.',
  },
  'jobs.maxFinished': {
    names: ['DCC_MCP_JOBS_MAX_FINISHED'],
    kind: { integer: [1, 100_000] },
    fallback: 1_000,
    description: 'Most finished jobs that are kept; the oldest go first.',
  },
  'jobs.maxOpen': {
    names: ['DCC_MCP_JOBS_MAX_OPEN'],
    kind: { integer: [1, 100_000] },
    fallback: 10_000,
    description: 'Most jobs that wait or run at a time; one more is refused with queue-full.',
  },
  'audit.dir': {
    names: ['DCC_MCP_GATEWAY_AUDIT_DIR'],
    kind: { filePath: 'the path of a folder' },
    description: 'Where audit.jsonl, traces.jsonl and their index audit.db are kept; unset: in memory only.',
  },
  'audit.maxRows': {
    names: ['DCC_MCP_GATEWAY_AUDIT_MAX_ROWS'],
    kind: { integer: [1] },
    fallback: 5_000,
    description: 'Most rows of audit.jsonl and of traces.jsonl.',
  },
  'audit.maxBytes': {
    names: ['DCC_MCP_GATEWAY_AUDIT_MAX_BYTES'],
    kind: { integer: [1_024] },
    fallback: 52_428_800,
    description: 'Most bytes of each of these two.',
  },
  'audit.indexMaxBytes': {
    names: ['DCC_MCP_GATEWAY_AUDIT_INDEX_MAX_BYTES'],
    kind: { integer: [1_048_576] },
    fallback: 1_073_741_824,
    description: 'Most bytes that calls and traces take in audit.db; the oldest go first.',
  },
  'registry.dir': {
    names: ['DCC_MCP_REGISTRY_DIR'],
    kind: 'registryFolder',
    defaultText: 'dcc-mcp-registry in $TMPDIR, else in /tmp',
    description:
      "Folder of dcc-mcp-core's services.json, whose live rows become upstreams: it is read, never written. off: none is.",
  },
  'registry.staleTimeoutSecs': {
    names: ['DCC_MCP_STALE_TIMEOUT'],
    kind: { integer: [1] },
    fallback: 30,
    description: 'Age of a heartbeat that makes a registered instance stale, in seconds.',
  },
  'registry.registerAllow': {
    names: ['DCC_MCP_REGISTER_ALLOW'],
    kind: 'cidrs',
    fallback: [],
    description:
      'Addresses that instances may have which register over HTTP, besides loopback and the address that they register from. Link-local, multicast and metadata addresses are never allowed.',
  },
  trafficCapture: {
    names: ['DCC_MCP_TRAFFIC_CAPTURE'],
    kind: 'trafficCapture',
    fallback: { mode: 'off' },
    description:
      'Whether messages on the wire are captured, without what they say: off, metadata (in memory; on is the same), or jsonl:PATH (to that file, too, which rotates).',
  },
  'traffic.include': {
    names: ['DCC_MCP_TRAFFIC_INCLUDE'],
    kind: 'trafficRules',
    fallback: [],
    description:
      'Which messages are captured: rules as tool:render_*, dcc:maya, method:tools/*; of several of one kind one is enough. Empty: all.',
  },
  'traffic.exclude': {
    names: ['DCC_MCP_TRAFFIC_EXCLUDE'],
    kind: 'trafficRules',
    fallback: [],
    description: 'Which are not, by such rules.',
  },
  stateDir: {
    names: ['DCC_MCP_STATE_DIR'],
    kind: { filePath: 'the path of a folder' },
    defaultText: 'dcc-mcp in $XDG_STATE_HOME, else in ~/.local/state',
    description: 'Folder of what outlives the gateway and is nobody else’s; made with mode 0700, its files with 0600.',
  },
  redisUrl: {
    names: ['DCC_MCP_REDIS_URL'],
    kind: { secret: 'a redis:// or rediss:// URL' },
    description:
      'Where several gateways share their state: redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], rediss:// for TLS; several hosts for a cluster, redis+sentinel://HOST,HOST/NAME for sentinels.',
  },
  redisUrlFile: {
    names: ['DCC_MCP_REDIS_URL_FILE'],
    kind: 'filePath',
    description: 'A file that holds that URL.',
  },
  redisPassword: {
    names: ['DCC_MCP_REDIS_PASSWORD'],
    kind: 'secret',
    description: 'The password for Redis, in place of one in its URL.',
  },
  redisPasswordFile: {
    names: ['DCC_MCP_REDIS_PASSWORD_FILE'],
    kind: 'filePath',
    description: 'A file that holds that password; read again at each connection.',
  },
  redisKeyPrefix: {
    names: ['DCC_MCP_REDIS_KEY_PREFIX'],
    kind: 'text',
    fallback: 'dcc-mcp:',
    description: 'Begins every key in Redis: gateways with the same one share their state.',
  },
  redisRows: {
    names: ['DCC_MCP_REDIS_ROWS'],
    kind: { integer: [1, 1_000_000] },
    fallback: 5000,
    description: 'About how many rows of each list Redis keeps for all gateways; a row has 8 KiB at most.',
  },
} as const;
