/** Workflows, searches, traffic, events and output. */
export const search = {
  'workflows.nothing': 'No agent did anything yet.',
} as const;
