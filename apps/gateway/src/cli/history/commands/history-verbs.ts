/** Commands that ask a gateway that runs for what it remembers. */
export const HISTORY_VERBS = [
  'calls',
  'traces',
  'workflows',
  'stats',
  'tail',
  'bundle',
  'report',
  'export',
  'replay',
  'instances',
  'search-quality',
] as const;

export type HistoryVerb = (typeof HISTORY_VERBS)[number];
