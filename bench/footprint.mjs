/*
 * What our packages cost before they do anything: the size of an install, the time of an import, of `--version` and of a
 * start to the first answered call, and the memory after it.
 *
 *   node bench/footprint.mjs [--smoke] [--write]      (after a build)
 *
 * Everything is measured in packages that were packed and installed by npm into an empty folder. JSON on stdout, a table on
 * stderr. Ends with 1 where a budget that no load of the machine can change is passed: sizes, copies, modules. Times are
 * told, beside those of the same run that they are compared with: the shortest of all runs, and CPU.
 */
import { packAll } from '@dcc-mcp/smoke/pack';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFigures, writeFigures } from './lib/figures.mjs';
import { copiesOf, install, packagesIn, sizeOf } from './lib/installs.mjs';
import { coldStart, loadedModules, timeOf } from './lib/starts.mjs';

const GATEWAY = '@dcc-mcp/gateway';
const LIBRARIES = ['telemetry-config', 'telemetry-node', 'workflow-spans', 'prometheus-bridge', 'http-adapter'].map(
  (name) => `@dcc-mcp/${name}`,
);
/** What an application would import of OpenTelemetry itself for the same job. */
const OFFICIAL = ['sdk-trace', 'sdk-metrics', 'exporter-trace-otlp-proto', 'exporter-prometheus'];
/** How many packages of an install are told of. */
const TOLD = 5;

const runs = process.argv.includes('--smoke') ? 3 : 15;
const folder = mkdtempSync(join(tmpdir(), 'bench-footprint-'));
try {
  const result = await measure();
  tell(result);
  const failures = judge(result, readFigures().budgets.footprint);
  failures.forEach((line) => console.error(`FAILED: ${line}`));
  writeFigures({ footprint: result }, `the shortest of ${runs} runs`);
  console.log(JSON.stringify({ benchmark: 'footprint', node: process.version, ...result }));
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const tarballs = packAll(folder);
  const [gateway, libraries] = [join(folder, 'gateway'), join(folder, 'libraries')];
  install(gateway, [GATEWAY], tarballs);
  install(libraries, LIBRARIES, tarballs);
  const five = LIBRARIES.map((name) => `import '${name}';`).join('\n');
  const modules = loadedModules(libraries, five);
  const command = join(gateway, 'node_modules', GATEWAY, 'dist/main.js');
  const start = await coldStart(command, runs);
  return {
    gateway: sizesOf(gateway),
    libraries: sizesOf(libraries),
    apiCopies: Math.max(copiesOf(gateway, '@opentelemetry/api'), copiesOf(libraries, '@opentelemetry/api')),
    modules: modules.length,
    grpcModules: modules.filter((url) => url.includes('grpc')).length,
    residentMebibytes: start.residentMebibytes,
    millis: {
      'node alone': timeOf(['-e', '0'], { runs }),
      'dcc-mcp-gateway --version': timeOf([command, '--version'], { runs }),
      'the gateway, to its first answered call': start.took,
      'import of the five libraries': timeOf(importing(five), { runs, cwd: libraries }),
      'import of the official packages for the same': timeOf(importing(officialImports()), { runs }),
    },
  };
}

function sizesOf(project) {
  return { ...sizeOf(join(project, 'node_modules')), packages: packagesIn(project).slice(0, TOLD) };
}

function importing(code) {
  return ['--input-type=module', '-e', code];
}

function officialImports() {
  const { resolve } = createRequire(import.meta.url);
  return OFFICIAL.map((name) => pathToFileURL(resolve(`@opentelemetry/${name}`)).href.replace(/\.cjs$/, '.mjs'))
    .map((url) => `import '${url}';`)
    .join('\n');
}

/** A line for each budget that is passed. */
function judge({ gateway, libraries, modules, grpcModules, apiCopies }, budgets) {
  const bounded = { gatewayMegabytes: gateway.disk, librariesMegabytes: libraries.disk, modules };
  return [
    ...Object.entries(bounded)
      .filter(([name, value]) => value > budgets[name])
      .map(([name, value]) => `${name} is ${value}, and its budget ${budgets[name]}`),
    ...(grpcModules > 0 ? [`${grpcModules} modules of gRPC are loaded unasked`] : []),
    ...(apiCopies === 1 ? [] : [`${apiCopies} copies of @opentelemetry/api are installed`]),
  ];
}

function tell({ gateway, libraries, millis, modules, grpcModules, residentMebibytes }) {
  for (const [name, { packages, ...all }] of Object.entries({ gateway, libraries })) {
    for (const each of [{ name: `${name} in all`, ...all }, ...packages]) {
      console.error(`${each.name.padEnd(40)} ${each.disk} MB on disk, ${each.held} MB in ${each.files} files`);
    }
  }
  for (const [what, { wall, cpu }] of Object.entries(millis)) {
    console.error(`${what.padEnd(50)} ${wall} ms, ${cpu} ms of CPU`);
  }
  console.error(
    `modules: ${modules}, of gRPC: ${grpcModules}; resident after the first call: ${residentMebibytes} MiB`,
  );
}
