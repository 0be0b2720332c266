import type { Upstream } from '../../upstream/upstream.ts';

/** The lists whose change is told to clients. */
export const LISTS = ['tools', 'prompts', 'resources'] as const;

/** One of {@link LISTS}. */
export type ListName = (typeof LISTS)[number];

/** What each list is put together of, as a text: with another text it is another list, whatever its servers tell. */
export type ListShapes = Readonly<Record<ListName, string>>;

/** An upstream, and what stands before its names. */
export interface NamedUpstream {
  readonly upstream: Upstream;
  readonly prefix: string;
}

/** @param isIn Whether a list has anything of an upstream. */
export function toListShapes(
  named: readonly NamedUpstream[],
  isIn: Readonly<Record<ListName, (upstream: Upstream) => boolean>>,
): ListShapes {
  const shapeOf = (list: ListName): string =>
    named
      .filter(({ upstream }) => isIn[list](upstream))
      .map(({ upstream, prefix }) => `${upstream.settings.instanceId} ${prefix}`)
      .join('\n');
  return { tools: shapeOf('tools'), prompts: shapeOf('prompts'), resources: shapeOf('resources') };
}

/** Which lists are put together otherwise than before. */
export function changedLists(before: ListShapes, now: ListShapes): readonly ListName[] {
  return LISTS.filter((list) => before[list] !== now[list]);
}
