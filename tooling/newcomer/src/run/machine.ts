// A newcomer's machine: an empty folder, a home of its own, the system's Node and npm, and no pnpm.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** What a command gave. */
export interface Ran {
  /** Exit code; -1 when it was ended because it took too long. */
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface Machine {
  readonly folder: string;
  /** Where the repository was cloned to. */
  readonly clone: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs what is typed in a shell of the newcomer, in the clone; ends it after `timeoutMillis` (60,000). */
  run(typed: string, options?: { readonly timeoutMillis?: number; readonly cwd?: string }): Promise<Ran>;
  remove(): void;
}

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const NOT_THERE = ['pnpm', 'pnpx', 'yarn', 'turbo', 'corepack', 'dcc-mcp-gateway'];
const PASSED_ON =
  /^((https?|no|all)_proxy|npm_config_(registry|prefer_offline)|node_extra_ca_certs|ssl_cert_(file|dir)|lang|tmpdir)$/i;

/** The first `npm` that the system has; none of a project's `node_modules`. */
function findSystemNode(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((each) => !each.includes('node_modules'));
  const found = folders.find((folder) => existsSync(join(folder, 'npm')) && existsSync(join(folder, 'node')));
  if (found === undefined) {
    throw new Error('there is no Node with npm on this machine');
  }
  return found;
}

/** A `bin` with node, npm and npx, and with stubs for what a newcomer does not have. */
function makeBin(folder: string): string {
  const bin = join(folder, 'bin');
  const system = findSystemNode();
  mkdirSync(bin);
  for (const program of ['node', 'npm', 'npx']) {
    symlinkSync(realpathSync(join(system, program)), join(bin, program));
  }
  for (const program of NOT_THERE) {
    writeFileSync(join(bin, program), `#!/bin/sh\necho "${program}: not found" >&2\nexit 127\n`, { mode: 0o755 });
  }
  return bin;
}

/** Where this machine's npm fetches from; `undefined` for the public registry. */
function registryOf(): string | undefined {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { cwd: tmpdir(), encoding: 'utf8' }).trim();
  return registry === 'https://registry.npmjs.org/' || !URL.canParse(registry) ? undefined : registry;
}

/**
 * A home that shares what was downloaded before, npm's cache and pnpm's store, and where to download from. What is in the
 * cache is not asked for again: the gateway gives the servers that it starts no certificates of a proxy.
 */
function makeHome(folder: string): string {
  const home = join(folder, 'home');
  for (const shared of ['.npm', '.local/share/pnpm', '.cache/pnpm']) {
    mkdirSync(dirname(join(home, shared)), { recursive: true });
    mkdirSync(join(homedir(), shared), { recursive: true });
    symlinkSync(join(homedir(), shared), join(home, shared));
  }
  const registry = registryOf();
  const lines = ['prefer-offline=true', ...(registry === undefined ? [] : [`registry=${registry}`])];
  writeFileSync(join(home, '.npmrc'), `${lines.join('\n')}\n`);
  return home;
}

function makeRuntimeFolder(folder: string): string {
  const runtime = join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  return runtime;
}

function passedOn(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => PASSED_ON.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}

function runIn(
  machine: Pick<Machine, 'env' | 'clone'>,
  typed: string,
  { timeoutMillis = 60_000, cwd = '' } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', typed], {
      cwd: cwd === '' ? machine.clone : cwd,
      env: machine.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let isLate = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, timeoutMillis);
    child.on('error', reject).on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: isLate ? -1 : (code ?? 1), output });
    });
  });
}

/** Ends a child that leads its own group, and whatever it started. */
export function endGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-Number(pid), signal);
  } catch {
    // it is gone already
  }
}

/** Clones what `root` has committed into an empty folder. Builds of `root` are taken over from turbo's cache. */
export function createMachine(root: string): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
  const clone = join(folder, 'repository');
  execFileSync('git', ['clone', '--quiet', root, clone]);
  const env = {
    ...passedOn(),
    HOME: makeHome(folder),
    PATH: [makeBin(folder), ...SYSTEM_FOLDERS].join(delimiter),
    TERM: 'xterm',
    SHELL: '/bin/sh',
    // Gateways of other terminals of this user are not the newcomer's.
    XDG_RUNTIME_DIR: makeRuntimeFolder(folder),
    // Nor are the hosts that run on this machine.
    DCC_MCP_REGISTRY_DIR: join(folder, 'registry'),
    TURBO_CACHE_DIR: join(root, '.turbo/cache'),
  };
  return {
    folder,
    clone,
    env,
    run: (typed, options) => runIn({ env, clone }, typed, options),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
