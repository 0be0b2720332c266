const SHORT_LENGTH = 8;

/** What stands for an instance in slugs and for people: the first eight digits of its id. Two instances may share them. */
export function toInstanceShort(instanceId: string): string {
  return instanceId.slice(0, SHORT_LENGTH);
}
