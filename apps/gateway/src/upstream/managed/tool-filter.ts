import type { UpstreamSettings } from '../upstream.ts';

/** Decides by name which tools of an upstream are offered; what is not offered is in no list, and nobody can call it. */
export function toolFilter({ toolFilter: filter }: Pick<UpstreamSettings, 'toolFilter'>): (name: unknown) => boolean {
  if (filter === undefined) {
    return () => true;
  }
  const include = filter.include.map(toPattern);
  const exclude = filter.exclude.map(toPattern);
  return (name) => {
    const fits = (pattern: RegExp): boolean => typeof name === 'string' && pattern.test(name);
    return (include.length === 0 || include.some(fits)) && !exclude.some(fits);
  };
}

function toPattern(name: string): RegExp {
  return new RegExp(namePattern(name), 's');
}

/** The regular expression of a whole name in which `*` stands for any characters. */
export function namePattern(name: string): string {
  const parts = name.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`));
  return `^${parts.join('.*')}$`;
}
