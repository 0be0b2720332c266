import { delimiter, dirname, join } from 'node:path';

/** What npm puts behind the programs of packages. */
const NODE_GYP = /[\\/]node-gyp-bin$/;

/**
 * PATH as it is outside of `npm start` and `npx` of the repository at `root`, which put its programs first: among them a
 * Node of its own, whose `npx` does not know how this machine reaches a registry. Whatever else comes first stays: a
 * project that has installed the gateway finds its servers there.
 */
export function userPath(path: string, root: string): string {
  const entries = path.split(delimiter);
  const [first] = entries;
  if (first !== programsOf(root)) {
    return path;
  }
  const added = new Set(foldersUpFrom(root).map(programsOf));
  const theirs = entries.findIndex((entry) => !added.has(entry) && !NODE_GYP.test(entry));
  return theirs === -1 ? path : entries.slice(theirs).join(delimiter);
}

function programsOf(folder: string): string {
  return join(folder, 'node_modules', '.bin');
}

/** npm adds the programs of all of them. */
function foldersUpFrom(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUpFrom(above)];
}
