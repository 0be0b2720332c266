// The first example of every README, installed with the line above it, type-checked, and run as the README says.
import { freePort } from '@dcc-mcp/test-kit/free-port';
import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openStrangersProject, publicPackages } from './stranger/project.ts';
import { codeBlocks, examplePath, importsOf, installedBy, section, withoutVersion } from './stranger/readme.ts';
import { type Registry, startRegistry } from './stranger/registry.ts';
import { root, run, runAside } from './stranger/run.ts';
import { typeBlocks } from './stranger/terminal.ts';

const project = openStrangersProject();
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
const SINGLE = ['api', 'core', 'resources', 'sdk-trace', 'sdk-metrics', 'sdk-logs', 'semantic-conventions'];
/** What `npx -y` would fetch while an example runs; installed before, so that a newer one can't break the run. */
const FETCHED = '@modelcontextprotocol/server-filesystem@2026.8.31';

const examples = publicPackages.map(({ folder, manifest: { name } }) => {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const path = examplePath(readme);
  const home = join(project.examples, basename(folder));
  return { name, home, file: basename(path), code: readFileSync(join(root, path), 'utf8'), readme };
});

const said = new Map<string, string>();
let registry: Registry;

async function installNext(waiting: (typeof examples)[number][]): Promise<void> {
  for (let example = waiting.shift(); example !== undefined; example = waiting.shift()) {
    const { name, home, file, code, readme } = example;
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, '.npmrc'), `@dcc-mcp:registry=${registry.url}\nupdate-notifier=false\n`);
    const { stderr } = await runAside('npm', [...INSTALL, ...installedBy(readme)], home);
    said.set(name, stderr);
    if (code.includes('server-filesystem')) {
      await runAside('npm', [...INSTALL, '--no-save', FETCHED], home);
    }
    writeFileSync(join(home, file), code);
  }
}

beforeAll(async () => {
  registry = await startRegistry(
    publicPackages.map(({ manifest: { name } }) => {
      const file = project.tarball(name);
      return { file, manifest: JSON.parse(execFileSync('tar', ['xzOf', file, 'package/package.json']).toString()) };
    }),
  );
  const waiting = [...examples];
  await Promise.all([installNext(waiting), installNext(waiting)]);
}, 300_000);

afterAll(() => registry?.close());

const readInstalled = (home: string, name: string): { readonly peerDependencies?: Readonly<Record<string, string>> } =>
  JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8')) as object;

describe.each(examples)('$name', ({ name, home, code, readme }) => {
  test('shows the example to the letter', () => {
    const block = codeBlocks(section(readme, 'Example')).find(({ language }) => language === 'js');
    expect(block?.code).toBe(code);
  });

  test('names in its install line what the example imports, and nothing else but peers of it', () => {
    const installed = installedBy(readme).map(withoutVersion);
    const peers = installed.flatMap((each) => Object.keys(readInstalled(home, each).peerDependencies ?? {}));
    expect(installed).toEqual(expect.arrayContaining([name, ...importsOf(code)]));
    expect(installed.filter((each) => ![name, ...importsOf(code), ...peers].includes(each))).toEqual([]);
  });

  test('installs without a word about peers', () => {
    expect(said.get(name)).not.toMatch(/peer|ERESOLVE/i);
  });

  test('installs one copy of each OpenTelemetry package', () => {
    const copies = globSync('**/node_modules/@opentelemetry/*/package.json', { cwd: home }).map(
      (path) => path.split('/').at(-2) ?? '',
    );
    expect(SINGLE.filter((each) => copies.filter((copy) => copy === each).length > 1)).toEqual([]);
  });
});

/** Strict as a program of today is; the types of our packages are checked, too. */
const COMPILER_OPTIONS = {
  target: 'es2024',
  lib: ['es2024'],
  strict: true,
  noEmit: true,
  allowJs: true,
  checkJs: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};

describe.each([
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
])('with moduleResolution $moduleResolution', ({ module, moduleResolution }) => {
  test('the code of all READMEs is right, examples as JavaScript and as TypeScript', () => {
    const files = examples.flatMap(({ home, file, readme }) => {
      copyFileSync(join(home, file), join(home, 'example-typed.mts'));
      const further = codeBlocks(readme).filter(({ language }) => language === 'ts');
      further.forEach(({ code }, index) => writeFileSync(join(home, `block-${index}.mts`), code));
      return [file, 'example-typed.mts', ...further.map((_, index) => `block-${index}.mts`)].map((each) =>
        join(home, each),
      );
    });
    const config = join(project.folder, `tsconfig.${moduleResolution}.json`);
    writeFileSync(
      config,
      JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, module, moduleResolution }, files }),
    );
    expect(() => run('tsc', ['-p', config], project.folder)).not.toThrow();
  });
});

describe.each(examples)('the example of $name', ({ name, home, readme }) => {
  let sink: OtlpSink;
  let ports: ReadonlyMap<number, number>;
  let serverPort: number | undefined;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    sink = await startOtlpSink();
    const port = await freePort();
    const shown = [8080, 9464, 9765].filter((each) => section(readme, 'Example').includes(`:${each}`));
    serverPort = shown.length > 0 ? port : undefined;
    ports = new Map([...shown.map((each) => [each, port] as const), [4318, sink.port]]);
    env = { PORT: String(port), DCC_MCP_GATEWAY_PORT: String(port) };
  });
  afterAll(() => sink.close());

  test('shows what the README says, and what it sends arrives', async () => {
    const place = { folder: home, ports, serverPort, env };
    const blocks = codeBlocks(section(readme, 'Example'));
    expect(blocks.filter(({ language }) => language === 'text')).not.toEqual([]);
    // Where a README shows a second run without a collector, there is none then.
    await typeBlocks(blocks, place, async () => (name.endsWith('/telemetry-node') ? sink.close() : undefined));
    const isSender = name.endsWith('/telemetry-node');
    expect(sink.spans().some((span) => span.name === 'render')).toBe(isSender);
    expect(sink.metrics().some((metric) => metric.name === 'render.frames')).toBe(isSender);
  });
});

test('the first example of telemetry-node runs as CommonJS, too', async () => {
  const { home, code } = examples.find(({ name }) => name === '@dcc-mcp/telemetry-node') ?? examples[0]!;
  const body = code.replaceAll(/^import (\{.*\}) from ('.*');$/gm, 'const $1 = require($2);');
  writeFileSync(join(home, 'app.cjs'), body.replace(/^await ([^]*)$/m, '(async () => { await $1 })();'));
  const { stdout } = await runAside('node', ['app.cjs'], home);
  expect(stdout).toBe('');
  rmSync(join(home, 'app.cjs'));
});
