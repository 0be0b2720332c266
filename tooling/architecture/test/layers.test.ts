// The graph of packages: who may depend on whom, and who may use what from outside.
import { describe, expect, test } from '@jest/globals';
import { type WorkspacePackage, codeOf, importsOf, publicPackages, runtimeDependencies } from './workspace.ts';

/** Arrows point down only; packages of one layer don't import each other. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  bounds: [],
  'content-negotiation': [],
  'protobuf-writer': [],
  'semantic-conventions': [],
  'telemetry-config': [],
  'bounded-meter': ['bounds', 'semantic-conventions'],
  'request-context': ['bounds', 'semantic-conventions'],
  'session-events': ['bounds'],
  'gateway-metrics': ['bounded-meter', 'bounds', 'semantic-conventions'],
  'prometheus-bridge': ['bounds', 'content-negotiation', 'protobuf-writer'],
  'http-adapter': ['bounded-meter', 'content-negotiation', 'semantic-conventions'],
  'call-store': ['request-context', 'bounds', 'semantic-conventions'],
  'workflow-spans': ['request-context', 'bounds', 'semantic-conventions'],
  'telemetry-node': ['telemetry-config', 'prometheus-bridge', 'http-adapter', 'protobuf-writer'],
  'admin-api': ['call-store', 'http-adapter', 'semantic-conventions'],
  gateway: publicPackages.map(({ name }) => name).filter((name) => name !== 'gateway'),
};

/** Packages from outside that only some of ours may know. */
const ONLY_IN: readonly { readonly outside: RegExp; readonly allowed: readonly string[] }[] = [
  {
    outside: /^@opentelemetry\/api(-logs)?$/,
    allowed: [
      'workflow-spans',
      'bounded-meter',
      'gateway-metrics',
      'request-context',
      'prometheus-bridge',
      'http-adapter',
      'telemetry-node',
      'gateway',
    ],
  },
  {
    outside: /^@opentelemetry\/(sdk-metrics|exporter-prometheus|core|resources)$/,
    allowed: ['telemetry-node', 'prometheus-bridge', 'gateway'],
  },
  {
    outside: /^@opentelemetry\/(sdk-trace|sdk-logs|exporter-(trace|metrics|logs)-|otlp-|instrumentation|propagator-)/,
    allowed: ['telemetry-node', 'gateway'],
  },
  { outside: /^@arizeai\//, allowed: ['workflow-spans'] },
  { outside: /^jose$/, allowed: ['http-adapter'] },
  { outside: /^@modelcontextprotocol\//, allowed: ['gateway'] },
  { outside: /^node:/, allowed: ['call-store', 'http-adapter', 'telemetry-node', 'gateway'] },
];

const ours = (specifier: string): string => specifier.replace('@dcc-mcp/', '').split('/')[0]!;

function unexpectedImports({ name, sources }: WorkspacePackage): readonly string[] {
  const allowed = MAY_IMPORT[name] ?? [];
  return sources.flatMap((path) =>
    importsOf(path)
      .filter((each) =>
        each.startsWith('@dcc-mcp/')
          ? !allowed.includes(ours(each))
          : ONLY_IN.some((rule) => rule.outside.test(each) && !rule.allowed.includes(name)),
      )
      .map((each) => `${path}: ${each}`),
  );
}

describe.each(publicPackages)('$name', (each) => {
  test('stands in the drawing of the layers', () => {
    expect(Object.keys(MAY_IMPORT)).toContain(each.name);
  });

  test('depends only on what lies below it', () => {
    const dependencies = Object.keys(runtimeDependencies(each)).filter((name) => name.startsWith('@dcc-mcp/'));
    expect(dependencies.map(ours).filter((name) => !MAY_IMPORT[each.name]?.includes(name))).toEqual([]);
  });

  test('imports only what its place in the house allows', () => {
    expect(unexpectedImports(each)).toEqual([]);
  });

  test('takes the OpenTelemetry API as a peer, never as a dependency of its own', () => {
    // The gateway is an application: it brings the one copy that its packages share.
    const own = each.name === 'gateway' ? undefined : each.manifest.dependencies?.['@opentelemetry/api'];
    expect(own).toBeUndefined();
  });
});

/**
 * The files at the edge of the world: the only ones that may look at the process or write to the console. In the
 * gateway they are its program, what starts and ends MCP servers (they inherit PATH, HOME and the like), and what looks
 * whether the hosts of a registry run. In
 * telemetry-node they are the zero-code entry, the console exporter (it writes to stderr), those that look for packages
 * from the working directory, and what reads the proxies. In call-store it is the lock that says which process writes.
 */
const AT_THE_EDGE: readonly RegExp[] = [
  /^apps\/[^/]+\/src\/main\.ts$/,
  /^apps\/gateway\/src\/upstream\/(managed\/create-upstream|stdio\/process-groups)\.ts$/,
  /^apps\/gateway\/src\/registry\/file\/processes\.ts$/,
  /^packages\/call-store\/src\/jsonl\/directory-lock\.ts$/,
  /^packages\/telemetry-node\/src\/(register\b|export\/console-exporter\.ts|start\/(api-copies|start-telemetry)\.ts|doctor\/run-doctor\.ts|transport\/proxy-environment\.ts)/,
];

test.each([
  [
    'process',
    /(?<![\w.'"`-])process\.(?!version\b|versions\b|hrtime\b|cpuUsage\b|memoryUsage\b|nextTick\b|uptime\b)\w/,
  ],
  ['node:process', /from 'node:process'/],
  ['console', /(?<![\w.'"`-])console\.\w/],
  ['a global provider', /\b(trace|metrics|logs)\.(getTracer|getMeter|getLogger)(Provider)?\(/],
])('%s is used only at the edge', (_what, pattern) => {
  const users = publicPackages
    .flatMap(({ sources }) => sources)
    .filter((path) => pattern.test(codeOf(path)) && !AT_THE_EDGE.some((edge) => edge.test(path)));
  expect(users).toEqual([]);
});
