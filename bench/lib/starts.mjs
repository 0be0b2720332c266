// How long programs take until they can be used. Each is a process of its own; the shortest of all runs counts.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMicros, residentMebibytes, startGateway } from './processes.mjs';

/** Tells at the end of a process what CPU it has used, in milliseconds. */
const TELLS_CPU = `data:text/javascript,process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.getBuiltinModule('node:fs').writeSync(3, String((user + system) / 1000));
});`.replaceAll('\n', '');

/** Wall and CPU in milliseconds; of all runs the shortest each. */
function shortest(seen) {
  const least = (name) => Math.round(Math.min(...seen.map((each) => each[name])));
  return { wall: least('wall'), cpu: least('cpu') };
}

/** A whole run of `node` with `args`. */
export function timeOf(args, { runs, cwd = import.meta.dirname }) {
  const seen = Array.from({ length: runs }, () => {
    const begin = performance.now();
    execFileSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    const wall = performance.now() - begin;
    return { wall, cpu: cpuOf(args, cwd) };
  });
  return shortest(seen);
}

/** In a run of its own, because the asking takes time, too. */
function cpuOf(args, cwd) {
  const { output } = spawnSync(process.execPath, ['--import', TELLS_CPU, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  return Number(output[3]);
}

/** The URL of every module that `code` loads, in the folder `cwd`. */
export function loadedModules(cwd, code) {
  writeFileSync(join(cwd, 'loaded.mjs'), code);
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { process.stdout.write(url + '\\n'); return next(url, context); } });
    await import('./loaded.mjs');`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', hook], { cwd, maxBuffer: 2 ** 26 });
  return output.toString().split('\n').filter(Boolean);
}

/** A gateway without servers, from its start to its first answer, and its memory then. */
export async function coldStart(command, runs) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  const config = join(folder, 'gateway.json');
  writeFileSync(config, '{ "mcpServers": {} }');
  const seen = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const begin = performance.now();
      const gateway = await startGateway(command, ['--port', '0', '--config', config], {
        PATH: process.env.PATH,
        DCC_MCP_REGISTRY_DIR: 'off',
      });
      try {
        await firstCall(gateway.url);
        const wall = performance.now() - begin;
        seen.push({ wall, cpu: cpuMicros(gateway.pid) / 1000, resident: residentMebibytes(gateway.pid) });
      } finally {
        gateway.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { took: shortest(seen), residentMebibytes: Math.max(...seen.map(({ resident }) => resident)) };
}

/** By node:http: the first `fetch` of a process loads more than the request takes. */
function firstCall(url) {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const sent = request(`${url}/v1/search`, options, (response) => response.resume().on('end', resolve));
    sent.on('error', reject).end('{"query":"anything"}');
  });
}
