/*
 * What the libraries weigh: size of an install, time of an import, and that no gRPC is loaded unasked.
 *
 *   node bench/footprint.mjs [--smoke] [--write]      (after a build)
 *
 * Sizes are sums over the dependency closure as it is on this disk, peers of the application included,
 * optional ones not. JSON on stdout, a table on stderr.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeFigures } from './lib/figures.mjs';

const LIBRARIES = ['telemetry-config', 'telemetry-node', 'workflow-spans', 'prometheus-bridge', 'http-adapter'];
/** What an application would import of OpenTelemetry itself for the same job. */
const OFFICIAL = ['sdk-trace', 'sdk-metrics', 'exporter-trace-otlp-proto', 'exporter-prometheus'];
const packages = new URL('../packages/', import.meta.url);

function sizeOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) {
      continue;
    }
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      bytes += sizeOf(path);
    } else if (entry.isFile()) {
      bytes += lstatSync(path).size;
    }
  }
  return bytes;
}

/** Of a package of ours only what is published counts. */
function publishedSize(folder, manifest) {
  const files = manifest.name.startsWith('@dcc-mcp/') ? (manifest.files ?? []) : undefined;
  if (files === undefined) {
    return sizeOf(folder);
  }
  return files
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .reduce((sum, path) => sum + sizeOf(path), 0);
}

function find(name, from) {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')));
}

function closure(roots) {
  const seen = new Map();
  const queue = [...roots];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    const real = realpathSync(folder);
    if (seen.has(real)) {
      continue;
    }
    const manifest = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8'));
    seen.set(real, { name: manifest.name, bytes: publishedSize(real, manifest) });
    const optional = new Set(Object.keys(manifest.peerDependenciesMeta ?? {}));
    const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !optional.has(name));
    for (const name of [...Object.keys(manifest.dependencies ?? {}), ...peers]) {
      const found = find(name, real);
      if (found !== undefined) {
        queue.push(found);
      }
    }
  }
  return [...seen.values()];
}

function entryOf(name) {
  return new URL(`${name}/dist/index.js`, packages).href;
}

/** Wall and CPU milliseconds of a process that does nothing but import; medians. */
function importMillis(code, runs) {
  const report = 'const { user, system } = process.cpuUsage(); process.stdout.write(String((user + system) / 1000));';
  const options = { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] };
  const wall = [];
  const cpu = [];
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', `${code}\n${report}`], options);
    wall.push(performance.now() - started);
    cpu.push(Number(output));
  }
  return { wall: median(wall), cpu: median(cpu) };
}

function median(values) {
  return Math.round(values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]);
}

/** Every module URL that importing the libraries loads. */
function loadedModules(code) {
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { process.stdout.write(url + '\\n'); return next(url, context); } });
    await import('data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)}));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', hook], { maxBuffer: 2 ** 26 }).toString();
  return output.split('\n').filter((line) => line !== '');
}

const runs = process.argv.includes('--smoke') ? 3 : 25;
const members = closure(LIBRARIES.map((name) => new URL(name, packages).pathname));
const megabytes = members.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
const ours = LIBRARIES.map((name) => `import ${JSON.stringify(entryOf(name))};`).join('\n');
const bench = createRequire(import.meta.url);
const official = OFFICIAL.filter((name) => find(`@opentelemetry/${name}`, new URL('.', import.meta.url).pathname))
  .map(
    (name) =>
      `import ${JSON.stringify(pathToFileURL(bench.resolve(`@opentelemetry/${name}`)).href.replace(/\.cjs$/, '.mjs'))};`,
  )
  .join('\n');
const modules = loadedModules(ours);
const result = {
  benchmark: 'footprint',
  node: process.version,
  installMegabytes: Number(megabytes.toFixed(1)),
  packages: members.length,
  importMillis: {
    nothing: importMillis('', runs),
    'all five libraries': importMillis(ours, runs),
    'telemetry-node alone': importMillis(`import ${JSON.stringify(entryOf('telemetry-node'))};`, runs),
    'telemetry-node with telemetry-config/environment': importMillis(
      `import ${JSON.stringify(entryOf('telemetry-node'))};\nimport ${JSON.stringify(entryOf('telemetry-config').replace('index.js', 'environment.js'))};`,
      runs,
    ),
    'official SDK packages for the same': importMillis(official, runs),
  },
  modules: modules.length,
  grpcModules: modules.filter((url) => url.includes('@grpc')).length,
  heaviest: members
    .toSorted((left, right) => right.bytes - left.bytes)
    .slice(0, 6)
    .map(({ name, bytes }) => `${name} ${(bytes / 1e6).toFixed(1)} MB`),
};
console.error(
  `install: ${result.installMegabytes} MB in ${result.packages} packages (budget 25); heaviest: ${result.heaviest.join(', ')}`,
);
for (const [what, { wall, cpu }] of Object.entries(result.importMillis)) {
  console.error(`import ${what.padEnd(50)} ${wall} ms, ${cpu} ms of CPU`);
}
console.error(`modules loaded: ${result.modules}, of gRPC: ${result.grpcModules}`);
writeFigures({ footprint: result }, `medians of ${runs} runs`);
console.log(JSON.stringify(result));
