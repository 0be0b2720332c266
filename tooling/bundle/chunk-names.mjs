// Chunks get names that stay: a build that is put over an older one, as a cache does, would else leave that one's behind.
import { basename } from 'node:path';

const HASHED = /-[A-Z0-9]{8}(?=\.js$)/;

/**
 * What each chunk of `metafile` is called (`serve-5N2PSFWK.js`) and is to be called (`serve.js`, `shared-2.js`).
 *
 * @returns {ReadonlyMap<string, string>}
 */
export function chunkNames({ outputs }) {
  const taken = new Map();
  const chunks = Object.entries(outputs)
    .filter(([path]) => path.includes('/chunks/') && path.endsWith('.js'))
    .map(([path, { inputs }]) => ({ name: basename(path), first: Object.keys(inputs).toSorted()[0] ?? '' }))
    .toSorted((one, other) => (one.first < other.first ? -1 : 1));
  return new Map(
    chunks.map(({ name }) => [name, `${unused(name.replace(HASHED, '').replace(/\.js$/, ''), taken)}.js`]),
  );
}

function unused(stem, taken) {
  const name = stem === 'chunk' ? 'shared' : stem;
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}

/** A text, or a path, with the names that are to be. */
export function renamed(text, names) {
  return text.replace(/[\w.-]+-[A-Z0-9]{8}\.js/g, (name) => names.get(name) ?? name);
}
