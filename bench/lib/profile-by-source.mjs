// Where the time of a CPU profile goes, by source file: a bundle is one file, and its source map knows the files it is of.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The thread waits, or takes the profile. */
export const NOTHING = ['(idle)', 'node:inspector'];

/** Gives for a place of a profile the name of its source; what is not of a file is named after itself. */
export function createSourceNames() {
  const maps = new Map();
  const mapOf = (file) => {
    if (!maps.has(file)) {
      maps.set(
        file,
        existsSync(`${file}.map`) ? new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8'))) : undefined,
      );
    }
    return maps.get(file);
  };
  return ({ url, functionName, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) {
      return url || functionName || '(native)';
    }
    const file = fileURLToPath(url);
    // Of a package that is installed the path says more than its map, which knows no more than `src`.
    const mapped = file.includes('/node_modules/') ? undefined : mapOf(file);
    const source = mapped?.findEntry(lineNumber, columnNumber).originalSource ?? file;
    return source.replace(/^(?:.*\/)?node_modules\/|^(?:\.\.\/)+|^.*\/(?=dist\/)/, '');
  };
}

/**
 * Time by source, most first.
 *
 * @param profile As the inspector gives it (`.cpuprofile`).
 * @returns `{ source, percent }`, of the time in which the thread did something.
 */
export function timeBySource({ nodes, samples, timeDeltas }) {
  const nameOf = createSourceNames();
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const micros = new Map();
  samples.forEach((id, index) => {
    const name = names.get(id);
    micros.set(name, (micros.get(name) ?? 0) + timeDeltas[index]);
  });
  NOTHING.forEach((name) => micros.delete(name));
  const all = [...micros.values()].reduce((sum, each) => sum + each, 0);
  return [...micros]
    .toSorted(([, a], [, b]) => b - a)
    .map(([source, own]) => ({ source, percent: Number(((own / all) * 100).toFixed(1)) }));
}
