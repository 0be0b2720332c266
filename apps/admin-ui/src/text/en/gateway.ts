/** Instances, governance, telemetry and the API. */
export const gateway = {
  'instances.nothing': 'No server is configured.',
} as const;
