// Source maps name each file as a user has it: own sources lie in `src`, others under the name of their package.
import { decode, encode } from '@jridgewell/sourcemap-codec';

const IN_STORE = /^.*\/node_modules\/(?!.*\/node_modules\/)/;
const OF_OURS = /^.*\/(?:packages|apps)\/([^/]+)\/src\//;

/** The text of a map with its `sources` rewritten, and lines alone, without columns, for the code of others. */
export function tidySources(text) {
  const map = JSON.parse(text);
  const isOthers = map.sources.map((source) => IN_STORE.test(source));
  const sources = map.sources.map((source) =>
    source.replace(IN_STORE, 'node_modules/').replace(OF_OURS, 'node_modules/@dcc-mcp/$1/src/'),
  );
  const lines = decode(map.mappings).map((segments) =>
    segments.filter(([, source], index) => index === 0 || !isOthers[source]),
  );
  return JSON.stringify({ ...map, sources, mappings: encode(lines) });
}
