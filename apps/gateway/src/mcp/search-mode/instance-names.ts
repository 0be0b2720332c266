/** Digits of an instance id that stand for it. */
const SHORT_LENGTH = 8;

/** What an instance is called in the URIs of its resources: its id, and the first digits of that. */
export function instanceNames(instanceId: string): readonly string[] {
  return [instanceId, instanceId.slice(0, SHORT_LENGTH)];
}
