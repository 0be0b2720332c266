// Fuzzes what comes from outside: each target half of its time from a fixed seed and half from a fresh one. What fails is
// kept under `kept/` and is a test from then on. The fixed seed decides the exit code; what the fresh one finds is told and
// kept, and does not make the verdict on a commit a matter of chance. After `npm run build`, in apps/gateway:
//   node --conditions=@dcc-mcp/source test/fuzz/main.ts [target …] [--seconds 60] [--seed N]
import { parseArgs } from 'node:util';
import { keep } from './kept.ts';
import { runTarget } from './run-target.ts';
import { type AnyTarget, TARGETS } from './targets.ts';

const FIXED_SEED = 20_261_129;
/** Targets side by side: each waits most of its time for its gateway. */
const AT_ONCE = 3;

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const given = values.seed === undefined ? FIXED_SEED : Number(values.seed);
const fresh = values.seed === undefined ? [Math.trunc(Math.random() * 0x7fffffff)] : [];
const seeds = [given, ...fresh];
const chosen = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function fuzz(target: AnyTarget): Promise<boolean> {
  let isSound = true;
  for (const seed of seeds) {
    const { runs, failure } = await runTarget(target, { seed, millis: (seconds * 1_000) / seeds.length });
    if (failure === undefined) {
      print(`${target.name}: ${runs} inputs held (seed ${seed})`);
      continue;
    }
    isSound = isSound && seed !== given;
    const file = keep(target.name, failure.input);
    const whose = seed === given ? 'seed' : 'a fresh seed:';
    print(`${target.name}: FOUND: input ${runs} failed (${whose} ${seed}): ${failure.why}\n  kept as ${file}`);
  }
  return isSound;
}

/** Takes target after target until none is left. */
async function work(queue: AnyTarget[]): Promise<boolean> {
  const verdicts: boolean[] = [];
  for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
    verdicts.push(await fuzz(target));
  }
  return verdicts.every(Boolean);
}

if (chosen.length === 0 || !(seconds > 0)) {
  print(`usage: main.ts [${TARGETS.map(({ name }) => name).join(' | ')}] [--seconds N] [--seed N]`);
  process.exitCode = 2;
} else {
  const queue = [...chosen];
  const verdicts = await Promise.all(Array.from({ length: AT_ONCE }, () => work(queue)));
  process.exitCode = verdicts.every(Boolean) ? 0 : 1;
}
