import { toInstanceShort } from '../../protocol/instance-id.ts';

/** What an instance is called in the URIs of its resources: its id, and the first digits of that. */
export function instanceNames(instanceId: string): readonly string[] {
  return [instanceId, toInstanceShort(instanceId)];
}
