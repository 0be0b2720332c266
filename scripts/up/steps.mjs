// The steps before the gateway: pnpm is found, packages are installed, everything is built. Each is silent when it is
// quick, tells of itself when it is not, and shows all that it said when it fails.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { adviceFor } from './advice.mjs';
import { startProgress } from './progress.mjs';
import { place, runChild } from './run-child.mjs';

/** Lines of a failed step that are shown: the first error and the last are among them. */
const MAX_LINES = 400;
/** What turbo and pnpm say of themselves. */
const PLUMBING =
  /^\s*$|^\s*•|^Scope: all|^Progress: |^Packages: |^\++$|cache (?:hit|miss, executing)|^\s*(?:Tasks|Cached|Time|Failed): /;
const INTERRUPTED = 130;
const BUILDING = 'Building';

/** Runs one step; ends the process with its code when it fails. */
async function step({ doing, done, command, args, read }) {
  const progress = startProgress(doing);
  const lines = [];
  const { code, isTold } = await runChild(command, args, {
    onLine(line) {
      lines.push(line);
      read?.(line, progress);
    },
    // turbo takes some seconds to end what it has begun.
    onTold: () => progress.say('Stopping …'),
  });
  progress.end(code === 0 && !isTold ? done() : undefined);
  // A program that was about to end anyway ends well, although we were told to stop.
  if (isTold) {
    process.exit(INTERRUPTED);
  }
  if (code !== 0) {
    process.exit(fail(doing, lines, code));
  }
  return lines;
}

function fail(doing, lines, code) {
  const shown = lines.filter((line) => !PLUMBING.test(line));
  const head = shown.slice(0, MAX_LINES / 2);
  const tail = shown.slice(Math.max(MAX_LINES / 2, shown.length - MAX_LINES / 2));
  const left = shown.length - head.length - tail.length;
  const advice = adviceFor(lines.join('\n'), place.facts, doing !== BUILDING);
  const text = [
    ...head,
    ...(left > 0 ? [`… ${left} lines …`] : []),
    ...tail,
    '',
    `${doing} failed.${advice === undefined ? '' : ` ${advice}`}`,
  ];
  process.stderr.write(`${text.join('\n')}\n`);
  return code || 1;
}

/** Where the pnpm was found that the project pins: npx takes two seconds to find it again. */
const memory = (root) => join(root, 'node_modules/.cache/up/pnpm.json');

function knownPnpm(root, version) {
  try {
    const { folder } = JSON.parse(readFileSync(memory(root), 'utf8'));
    const manifest = JSON.parse(readFileSync(join(dirname(folder), 'pnpm/package.json'), 'utf8'));
    return manifest.version === version ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Puts the pinned pnpm first on PATH, before another one of this machine. npx fetches it where it isn't on this machine. */
export async function bringPnpm(root, packageManager) {
  const version = packageManager.split('@')[1];
  const folder = knownPnpm(root, version) ?? (await fetchPnpm(packageManager));
  place.env.PATH = [folder, place.env.PATH].join(delimiter);
  return () => {
    mkdirSync(dirname(memory(root)), { recursive: true });
    writeFileSync(memory(root), JSON.stringify({ folder }));
  };
}

async function fetchPnpm(packageManager) {
  const lines = await step({
    doing: `Fetching ${packageManager}`,
    done: () => `Fetched ${packageManager}`,
    command: 'npx',
    args: ['--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'node', '-p', 'process.env.PATH'],
  });
  const folders = lines.flatMap((line) => line.split(delimiter));
  const folder = folders.find((each) => /[\\/]_npx[\\/]/.test(each) && existsSync(join(each, 'pnpm')));
  if (folder === undefined) {
    process.stderr.write(`${packageManager} can not be found, although npx has fetched it. Is npm older than 7?\n`);
    process.exit(1);
  }
  return folder;
}

/** Nothing where nothing was to be done, however long it took to know. */
const packagesText = (did, count) =>
  count === 0 ? undefined : `${did} ${count} ${count === 1 ? 'package' : 'packages'}`;

export async function install() {
  let packages = 0;
  await step({
    doing: 'Installing packages',
    done: () => packagesText('Installed', packages),
    command: 'pnpm',
    args: ['install', '--frozen-lockfile', '--reporter=append-only'],
    read(line, progress) {
      const [, added] = /^Progress: .*\badded (\d+)/.exec(line) ?? [];
      if (added !== undefined) {
        packages = Number(added);
        progress.show(`${added} so far`);
      }
      if (/Will retry in/.test(line)) {
        progress.say(line.trim());
      }
    },
  });
}

export async function build(filters) {
  let packages = 0;
  await step({
    doing: BUILDING,
    done: () => packagesText('Built', packages),
    command: 'turbo',
    args: ['run', 'build', ...filters.map((each) => `--filter=${each}`), '--output-logs=full', '--log-order=stream'],
    read(line, progress) {
      const [, name] = /^(\S+):build: cache miss/.exec(line) ?? [];
      if (name !== undefined) {
        packages += 1;
        progress.show(name);
      }
    },
  });
}
