import { stem } from './tokens.ts';

// Words that tool authors and callers use for the same thing. Small on purpose: a match by synonym counts less than a
// match by word, and a wrong synonym costs more than a missing one.
const GROUPS: readonly (readonly string[])[] = [
  ['create', 'make', 'new', 'add'],
  ['delete', 'remove', 'erase', 'destroy'],
  ['list', 'show', 'enumerate'],
  ['get', 'read', 'fetch', 'retrieve'],
  ['find', 'search', 'locate', 'grep'],
  ['set', 'change', 'update', 'modify', 'edit', 'adjust'],
  ['write', 'save', 'store'],
  ['open', 'load'],
  ['run', 'execute', 'evaluate', 'eval'],
  ['directory', 'folder'],
  ['image', 'picture', 'screenshot', 'photo'],
  ['type', 'enter'],
  ['click', 'press', 'tap'],
  ['move', 'translate', 'position'],
  ['copy', 'duplicate', 'clone'],
  ['rename', 'move'],
  ['navigate', 'goto', 'visit', 'browse', 'open'],
  ['url', 'website', 'site', 'webpage'],
  ['web', 'browser', 'website', 'internet'],
  ['remember', 'memory', 'memorize', 'recall'],
  ['material', 'shader'],
  ['rotate', 'turn', 'spin'],
  ['scale', 'resize', 'size'],
  ['sphere', 'ball'],
  ['cube', 'box'],
  ['info', 'information', 'detail', 'metadata', 'stats'],
  ['animation', 'keyframe'],
  ['env', 'environment'],
  ['sum', 'add', 'plus'],
  ['join', 'combine', 'merge'],
  ['bone', 'joint'],
  ['sim', 'simulation', 'simulate'],
  ['parent', 'hierarchy'],
];

const SYNONYMS: ReadonlyMap<string, readonly string[]> = toSynonyms();

function toSynonyms(): ReadonlyMap<string, readonly string[]> {
  const synonyms = new Map<string, Set<string>>();
  for (const group of GROUPS) {
    const stems = group.map(stem);
    for (const word of stems) {
      const others = stems.filter((other) => other !== word);
      synonyms.set(word, new Set([...(synonyms.get(word) ?? []), ...others]));
    }
  }
  return new Map([...synonyms].map(([word, others]) => [word, [...others]]));
}

/** Other words for a stemmed one; empty when there is none. */
export function synonymsOf(token: string): readonly string[] {
  return SYNONYMS.get(token) ?? [];
}
