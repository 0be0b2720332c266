import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from './is-record.ts';

/** One copy of `@opentelemetry/api` that the process could load. */
export interface ApiCopy {
  readonly version: string;
  readonly path: string;
  /** Who would load it. */
  readonly usedBy: readonly string[];
}

const API = '@opentelemetry/api';
/** The API keeps its globals under one symbol per major version. */
const GLOBAL_SYMBOL = Symbol.for('opentelemetry.js.api.1');

/** Version of the copy whose registration is in force; `undefined` when nothing is registered. */
export function registeredApiVersion(): string | undefined {
  const registered: unknown = Reflect.get(globalThis, GLOBAL_SYMBOL);
  const version = isRecord(registered) ? registered['version'] : undefined;
  return typeof version === 'string' ? version : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  /** Ranges by name. */
  readonly peers: Readonly<Record<string, unknown>>;
}

function readManifest(directory: string): Manifest | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    if (!isRecord(parsed)) {
      return undefined;
    }
    const { name, version, dependencies, peerDependencies, optionalDependencies } = parsed;
    const names = [dependencies, peerDependencies, optionalDependencies].flatMap((list) =>
      isRecord(list) ? Object.keys(list) : [],
    );
    const peers = isRecord(peerDependencies) ? peerDependencies : {};
    return { name: toText(name), version: toText(version), dependencies: names, peers };
  } catch {
    return undefined;
  }
}

/** The folder of `name` as `from` would load it, by Node's own search; no `exports` map stands in the way. */
function findPackage(name: string, from: string): string | undefined {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => readManifest(path) !== undefined);
}

/** The folder of the package that this code is in: this one, or an application that has it in its bundle. */
export function ownRoot(): string {
  return findRoot(dirname(fileURLToPath(import.meta.url)));
}

function findRoot(folder: string): string {
  const above = dirname(folder);
  return above === folder || readManifest(folder)?.name ? folder : findRoot(above);
}

/**
 * A package that this one needs where it is asked for, as npm takes it: `NAME@RANGE`, of which the range is what the manifest
 * has. Without one inside an application's bundle, whose manifest says nothing of it.
 */
export function withPeerRange(name: string): string {
  const range = toText(readManifest(ownRoot())?.peers[name]);
  return range === '' ? name : `${name}@${range}`;
}

/** Version of the copy this package uses. */
export function ownApiVersion(): string {
  const folder = findPackage(API, ownRoot());
  return (folder === undefined ? undefined : readManifest(folder)?.version) ?? 'unknown';
}

/**
 * Looks for copies of `@opentelemetry/api` along the dependencies of the packages in `roots` (default:
 * the working directory). More than one entry means that spans recorded through one of them can vanish.
 *
 * @param maxPackages Bound of the search.
 */
export function findApiCopies(roots: readonly string[] = [process.cwd()], maxPackages = 5_000): readonly ApiCopy[] {
  const copies = new Map<string, { version: string; usedBy: Set<string> }>();
  const seen = new Set<string>();
  const queue = [...roots];
  for (let folder = queue.shift(); folder !== undefined && seen.size < maxPackages; folder = queue.shift()) {
    const real = realFolder(folder);
    const manifest = seen.has(real) ? undefined : readManifest(real);
    seen.add(real);
    if (manifest === undefined) {
      continue;
    }
    for (const name of manifest.dependencies) {
      const found = findPackage(name, real);
      if (found === undefined) {
        continue;
      }
      if (name === API) {
        recordCopy(copies, realFolder(found), manifest.name);
      } else {
        queue.push(found);
      }
    }
  }
  return [...copies].map(([path, { version, usedBy }]) => ({ version, path, usedBy: [...usedBy].toSorted() }));
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function recordCopy(copies: Map<string, { version: string; usedBy: Set<string> }>, path: string, user: string): void {
  const known = copies.get(path) ?? { version: readManifest(path)?.version ?? 'unknown', usedBy: new Set() };
  known.usedBy.add(user);
  copies.set(path, known);
}
