/** What the listener is and shows. */
export const SERVER = {
  'server.host': {
    names: ['DCC_MCP_GATEWAY_HOST'],
    kind: 'hostName',
    flag: 'host',
    fallback: '127.0.0.1',
    isGuard: true,
    description: 'Where the gateway listens. Other than loopback it needs credentials.',
  },
  'server.port': {
    names: ['DCC_MCP_GATEWAY_PORT'],
    kind: { integer: [0, 65_535] },
    flag: 'port',
    fallback: 9_765,
    description: 'Port of the listener; 0 means any free one.',
  },
  'server.workers': {
    names: ['DCC_MCP_WORKERS'],
    kind: 'workerCount',
    flag: 'workers',
    fallback: 1,
    isGuard: true,
    description:
      'Processes that answer requests; auto: as many as there are processors. 1: the gateway is one process. Read at start.',
  },
  'server.name': {
    names: ['DCC_MCP_GATEWAY_NAME'],
    kind: 'text',
    description: 'What people call this gateway.',
  },
  'server.expose': {
    names: ['DCC_MCP_EXPOSE'],
    kind: { choice: ['search', 'all'] },
    flag: 'expose',
    fallback: 'search',
    description: 'search: four tools that find and call the rest. all: the tools of the upstreams themselves.',
  },
  'server.publicUrl': {
    names: ['DCC_MCP_PUBLIC_URL'],
    kind: 'baseUrl',
    description: 'The URL people reach the gateway by; links begin with it, and its host passes the Host check.',
  },
  'server.trustedProxies': {
    names: ['DCC_MCP_TRUSTED_PROXIES'],
    kind: 'cidrs',
    fallback: [],
    description: 'Peers whose Forwarded and X-Forwarded-For, -Host, -Proto and -Prefix headers are believed.',
  },
  'server.adminPath': {
    names: ['DCC_MCP_ADMIN_PATH'],
    kind: { routePath: '/admin' },
    flag: 'adminPath',
    fallback: '/admin',
    description: 'Path of the admin page; its API answers at PATH/api.',
  },
  'server.admin': {
    names: ['DCC_MCP_NO_ADMIN'],
    kind: 'boolean',
    flag: 'noAdmin',
    textKind: 'inverted',
    fallback: true,
    description:
      'Whether there are an admin page and its API; DCC_MCP_NO_ADMIN=true says no. /v1/debug has the same answers and stays.',
  },
  'server.bodyLimitBytes': {
    names: ['DCC_MCP_GATEWAY_HTTP_BODY_LIMIT_BYTES'],
    kind: { integer: [1] },
    fallback: 4_194_304,
    description: 'Largest request body in bytes.',
  },
  'server.fastPath': {
    names: ['DCC_MCP_FAST_PATH'],
    kind: 'boolean',
    fallback: true,
    description:
      "Whether plain HTTP/1.1 requests of clients are read, and plain requests to servers sent, by the gateway's own code, for less CPU. false: by node:http and undici, which instrumentations of Node see.",
  },
  'server.bootWaitMs': {
    names: ['DCC_MCP_BOOT_WAIT_MS'],
    kind: { integer: [0, 60_000] },
    fallback: 3_000,
    description:
      'How long search, describe, load_skill and call, under --expose all initialize, the lists, and what reads a resource that no server lists yet, wait for servers that start, in ms from the request.',
  },
  'server.allowedHosts': {
    names: ['DCC_MCP_ALLOWED_HOSTS'],
    kind: { list: 'a list of host names' },
    fallback: [],
    isGuard: true,
    description: 'Host headers that are answered when the gateway is not bound to loopback; empty: any.',
  },
} as const;
