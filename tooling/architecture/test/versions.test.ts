// One coherent set of OpenTelemetry: pinned exactly, in one place, one copy of each.
import { describe, expect, test } from '@jest/globals';
import { catalog, lockedVersions, publicPackages, read, runtimeDependencies } from './workspace.ts';

/** 3.1.1 and 0.301.1 are a partial release that brings a second copy of core. */
const PINS: readonly { readonly packages: RegExp; readonly version: string }[] = [
  { packages: /^@opentelemetry\/api$/, version: '1.10.0' },
  { packages: /^@opentelemetry\/(core|resources|sdk-\w+|propagator-\w+|context-[\w-]+)$/, version: '3.1.0' },
  { packages: /^@opentelemetry\/(exporter|otlp)-/, version: '0.301.0' },
  { packages: /^@opentelemetry\/semantic-conventions$/, version: '1.45.0' },
];

const SINGLE_COPIES = ['api', 'core', 'resources', 'sdk-trace', 'sdk-metrics', 'sdk-logs'];

test.each(PINS)('every package like $packages is pinned to $version', ({ packages, version }) => {
  const pinned = Object.entries(catalog).filter(([name]) => packages.test(name));
  expect(pinned.filter(([, range]) => range !== version)).toEqual([]);
});

test.each(SINGLE_COPIES)('the lockfile holds one copy of @opentelemetry/%s', (name) => {
  expect(lockedVersions(`@opentelemetry/${name}`)).toHaveLength(1);
});

test('the lockfile names no host', () => {
  expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//);
});

describe.each(publicPackages)('$name', (each) => {
  test('takes every version from the catalog or the workspace', () => {
    const own = Object.entries({ ...runtimeDependencies(each), ...each.manifest.devDependencies }).filter(
      ([name, version]) => !/^(catalog:|workspace:)/.test(version) && !(name in (each.manifest.peerDependencies ?? {})),
    );
    expect(own).toEqual([]);
  });
});
