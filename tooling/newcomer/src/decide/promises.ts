// What the comments behind commands promise. A comment that is not here fails the script: whoever writes a new one says
// here what must be seen.

/** What must stand in the output of the command. */
const PROMISES: Readonly<Record<string, readonly RegExp[]>> = {
  'installs, builds, runs the gateway with the demo configuration': [/everything/, /files/, /maya/],
  'installs, runs every test': [/Tests: +\d+ passed, \d+ total/],
  'searches, describes and calls; some calls fail on purpose': [
    / search +ok /,
    / describe +ok /,
    / call +ok /,
    /on purpose/,
    /^\d+ operations, \d+ failed\./m,
  ],
  'packs all into packed/, and prints for each the line that installs it in a project of yours': [
    /^@dcc-mcp\/prometheus-bridge\n {2}npm install \S+dcc-mcp-prometheus-bridge-\S+\.tgz \S+dcc-mcp-bounds-/m,
    /packages are in .*packed\./,
  ],
  text: [/^# TYPE dcc_mcp_tool_calls_total counter$/m],
  'OpenMetrics: _created, # EOF': [/_created[{ ]/, /^# EOF$/m],
};

/** The patterns that `comment` promises; `undefined` when nobody has said yet what it means. */
export function promisedBy(comment: string): readonly RegExp[] | undefined {
  return PROMISES[comment];
}
