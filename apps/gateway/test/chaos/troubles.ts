// What goes wrong, one thing after the other; in the end everything is sound again.
import { setTimeout as wait } from 'node:timers/promises';
import { MOODS } from './moody-host.ts';
import { STATES } from './mortal-collector.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

const MAX_PAUSE_MILLIS = 400;
/** Longer than a call may take: some of them see their time out. */
const MAX_STOPPED_MILLIS = 3_000;

/** Nobody says in between that it lives: it is gone after that. */
const MAX_TTL_SECONDS = 3;

type Trouble = (stage: Stage, random: Random) => string;

const REGISTRIES = ['', '[', '[{"dcc_type":', '\0'.repeat(4_096), '{}', 'null', '[]', '[{"dcc_type":"maya"}]'];

/** A child that dies is started again after longer and longer pauses: it would be away all of the time. */
const OFTEN = [
  'kill',
  'stop',
  'stop',
  'mood',
  'mood',
  'mood',
  'mood',
  'collector',
  'registry',
  'registration',
] as const;

const TROUBLES: Readonly<Record<(typeof OFTEN)[number], Trouble>> = {
  kill: (stage, random) => `killed ${signalOne(stage, random, 'SIGKILL')}`,
  stop: (stage, random) => {
    const pid = signalOne(stage, random, 'SIGSTOP');
    setTimeout(() => pid !== undefined && send(pid, 'SIGCONT'), random.integer(MAX_STOPPED_MILLIS));
    return `stopped ${pid} for a while`;
  },
  mood: ({ hosts }, random) => {
    const mood = random.pick(MOODS) ?? 'sound';
    const index = random.integer(hosts.length);
    hosts[index]?.become(mood);
    return `host${index} is ${mood}`;
  },
  collector: ({ collector }, random) => {
    const state = random.pick(STATES) ?? 'well';
    void collector.become(state);
    return `the collector is ${state}`;
  },
  registry: ({ services, rows }, random) => {
    const text = random.once(2) ? undefined : random.pick(REGISTRIES);
    if (text === undefined) {
      services.write(...rows());
    } else {
      services.writeText(text);
    }
    return text === undefined ? 'services.json is whole' : `services.json has ${text.length} bytes`;
  },
  registration: ({ register }, random) => {
    const seconds = 1 + random.integer(MAX_TTL_SECONDS);
    register(seconds);
    return `blender registers for ${seconds} s`;
  },
};

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

function signalOne({ living }: Stage, random: Random, signal: NodeJS.Signals): number | undefined {
  const pid = random.pick(living());
  if (pid !== undefined) {
    send(pid, signal);
  }
  return pid;
}

/** Makes trouble until `signal` aborts. @returns What was done. */
export async function makeTrouble(stage: Stage, random: Random, signal: AbortSignal): Promise<readonly string[]> {
  const done: string[] = [];
  while (!signal.aborted) {
    done.push(TROUBLES[random.pick(OFTEN) ?? 'mood'](stage, random));
    await wait(random.integer(MAX_PAUSE_MILLIS));
  }
  stage.hosts.forEach((host) => host.become('sound'));
  await stage.collector.become('well');
  stage.children().forEach((pid) => send(pid, 'SIGCONT'));
  return done;
}
