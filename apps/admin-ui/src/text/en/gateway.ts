/** Instances, governance, telemetry and the API. */
export const gateway = {
  'instances.nothing': 'No server is configured.',
  'json.fold': 'Fold all',
  'json.unfold': 'Unfold all',
  'json.items': '{n} items',
  'json.members': '{n} members',
  'json.more': '{n} more',
  'json.characters': '{n} characters in all; “Copy value” takes them whole',
} as const;
