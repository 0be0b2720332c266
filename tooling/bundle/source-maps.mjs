// Source maps name each file as a user has it: own sources lie in `src`, others under the name of their package.
const IN_STORE = /^.*\/node_modules\/(?!.*\/node_modules\/)/;
const OF_OURS = /^.*\/(?:packages|apps)\/([^/]+)\/src\//;

/** The text of a map with its `sources` rewritten. */
export function tidySources(text) {
  const map = JSON.parse(text);
  const sources = map.sources.map((source) =>
    source.replace(IN_STORE, 'node_modules/').replace(OF_OURS, 'node_modules/@dcc-mcp/$1/src/'),
  );
  return JSON.stringify({ ...map, sources });
}
