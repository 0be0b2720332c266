import { toInstanceShort } from '../protocol/instance-id.ts';

/** The parts of a tool slug `<dcc>.<id8>.<backend_tool>`. */
export interface SlugParts {
  readonly dccType: string;
  /** First eight hex digits of the instance id, lower case. */
  readonly id8: string;
  readonly backendTool: string;
  /** The whole instance id, where the slug carried it instead of its first eight digits. */
  readonly instanceId?: string;
}

const SHORT_ID = /^[0-9a-f]{8}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Splits a slug at its first two dots; `undefined` when it is not of the form `<dcc>.<id8 or uuid>.<backend_tool>`. */
export function parseSlug(slug: string): SlugParts | undefined {
  const first = slug.indexOf('.');
  const second = slug.indexOf('.', first + 1);
  if (first < 1 || second < 0 || second === slug.length - 1) {
    return undefined;
  }
  const dccType = slug.slice(0, first);
  const id = slug.slice(first + 1, second).toLowerCase();
  const backendTool = slug.slice(second + 1);
  if (SHORT_ID.test(id)) {
    return { dccType, id8: id, backendTool };
  }
  if (UUID.test(id)) {
    return { dccType, id8: toInstanceShort(id), backendTool, instanceId: id };
  }
  return undefined;
}

/** The slug of a tool; `id` is the short form, or the whole instance id where two share the short one. */
export function toSlug(dccType: string, id: string, backendTool: string): string {
  return `${dccType}.${id}.${backendTool}`;
}

/** True when `wanted` is the instance id or its beginning, four digits at least. */
export function isInstance(instanceId: string, wanted: string): boolean {
  return wanted.length >= 4 && instanceId.toLowerCase().startsWith(wanted.toLowerCase());
}
