// Installs the clients and servers that `programs/` pins, and a host that is found by itself, then runs the tests that
// drive them: `npm run clients`.
// They are kept in the user's cache folder, under the hash of what pins them, so that a clone stays small and the second
// run works off-line. What cannot be installed is named here, and the tests that need it fail with the reason.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const here = import.meta.dirname;
const programs = join(here, 'programs');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dcc-mcp-clients');
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
const isWindows = process.platform === 'win32';

/** Runs a command to its end. @throws {Error} With the last lines that it printed, when it fails. */
async function run(command, args, cwd) {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: isWindows });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${code}: ${output.trim().split('\n').slice(-5).join(' | ')}`,
    );
  }
}

/** A folder that `fill` fills once; its name is the hash of the files that say with what, and of `more`. */
async function filled(files, more, fill) {
  const hash = createHash('sha256').update(more);
  files.forEach((file) => hash.update(readFileSync(join(programs, file))));
  const folder = join(cache, hash.digest('hex').slice(0, 16));
  const mark = join(folder, 'complete');
  if (!existsSync(mark)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await fill(folder);
    writeFileSync(mark, '');
  }
  return folder;
}

async function installFromNpm() {
  const files = ['package.json', 'package-lock.json'];
  const folder = await filled(files, process.platform + process.arch, async (target) => {
    files.forEach((file) => copyFileSync(join(programs, file), join(target, file)));
    // Not `ci`: that refuses a lock that leaves out an optional package of a client which is not on the registry.
    await run('npm', ['install', '--no-save', ...QUIET], target);
  });
  // Node resolves what the programs import from the folder that they lie in.
  const link = join(programs, 'node_modules');
  rmSync(link, { recursive: true, force: true });
  symlinkSync(join(folder, 'node_modules'), link, 'junction');
  return link;
}

const interpreter = (venv) => join(venv, isWindows ? 'Scripts/python.exe' : 'bin/python');

/** A folder of its own for each list of requirements. */
async function installFromPyPi(list) {
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) {
    throw new Error('there is no python3 on PATH (3.10 or newer, with venv)');
  }
  const folder = await filled([list], version.stdout, async (target) => {
    await run('python3', ['-m', 'venv', target], here);
    const requirements = join(programs, list);
    await run(
      interpreter(target),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      here,
    );
  });
  return interpreter(folder);
}

/** A registry that is away for a moment fails no run. */
const TRIES = 3;
const PAUSE_MILLIS = 5000;

/** Where it is installed, or why it is not. */
async function attempt(name, install) {
  for (let tries = 1; ; tries += 1) {
    try {
      return { path: await install() };
    } catch (error) {
      if (tries === TRIES) {
        process.stderr.write(`could not install ${name}: ${error.message}\n`);
        return { reason: error.message };
      }
      await wait(PAUSE_MILLIS);
    }
  }
}

const [npm, python, wheel] = await Promise.all([
  attempt('the clients and servers from npm', installFromNpm),
  attempt('the Python SDK and servers', () => installFromPyPi('requirements.txt')),
  attempt('dcc-mcp-core', () => installFromPyPi('wheel.txt')),
]);
const jestProgram = createRequire(join(here, '../../package.json')).resolve('jest/bin/jest');
const jest = spawn(process.execPath, [jestProgram, ...process.argv.slice(2)], {
  cwd: here,
  stdio: 'inherit',
  env: {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    REAL_CLIENTS: JSON.stringify({ npm, python, wheel }),
  },
});
jest.on('close', (code) => (process.exitCode = code ?? 1));
