/** The overview, calls and traces; and words that several lists share. */
export const requests = {
  'column.time': 'Time',
  'column.outcome': 'Outcome',
  'column.tool': 'Tool',
  'column.app': 'App',
  'column.agent': 'Agent',
  'column.output': 'Output',
  'column.share': 'Where',
  'column.duration': 'Took',
  'share.queue': 'queue',
  'share.gateway': 'gateway',
  'share.upstream': 'server',
  'counts.failed': 'failed',
  'calls.nothing': 'No tool was called yet. Point an agent at this gateway, or run the demo agent: npm run demo:agent.',
} as const;
