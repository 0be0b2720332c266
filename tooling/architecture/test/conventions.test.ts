// Names of OpenTelemetry's conventions are imported from its package, never copied by hand; ours are imported from ours.
import * as ours from '@dcc-mcp/semantic-conventions';
import { expect, test } from '@jest/globals';
import * as released from '@opentelemetry/semantic-conventions';
import { codeOf, publicPackages, runtimeDependencies } from './workspace.ts';

type Names = ReadonlyMap<string, string>;

/** The constants of a package by their value: `http.route` → `ATTR_HTTP_ROUTE`. */
function namesOf(constants: Readonly<Record<string, unknown>>): Names {
  const rows = Object.entries(constants).flatMap(([constant, value]) =>
    /^(ATTR|METRIC|EVENT)_/.test(constant) && typeof value === 'string' ? [[value, constant] as const] : [],
  );
  return new Map(rows.filter(([value]) => value.includes('.')));
}

/** Literals that may stand. */
const EXCEPTIONS: readonly { readonly file: RegExp; readonly literal: string; readonly because: string }[] = [
  {
    file: /^apps\/gateway\/src\/(?:config\/|create-gateway)/,
    literal: 'server.port',
    because: 'a key of the configuration file',
  },
  { file: /^packages\/telemetry-config\//, literal: 'service.name', because: '/environment loads no other package' },
];

function copiesOf(names: Names, path: string): readonly string[] {
  const literals = [...codeOf(path).matchAll(/(['"`])([a-z][a-z0-9_.]*)\1/g)].map(([, , literal]) => literal!);
  return literals
    .filter((literal) => names.has(literal))
    .filter((literal) => !EXCEPTIONS.some((each) => each.literal === literal && each.file.test(path)))
    .map((literal) => `${path}: '${literal}' is ${names.get(literal)}`);
}

const sources = publicPackages.flatMap((each) => each.sources);

test("a released name is imported from OpenTelemetry's package", () => {
  expect(sources.flatMap((path) => copiesOf(namesOf(released), path))).toEqual([]);
});

test('a name of ours is imported from semantic-conventions by whoever depends on it', () => {
  const dependents = publicPackages.filter((each) => '@dcc-mcp/semantic-conventions' in runtimeDependencies(each));
  expect(dependents.flatMap((each) => each.sources).flatMap((path) => copiesOf(namesOf(ours), path))).toEqual([]);
});
