import { readdir, readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What the processes of a child take at this moment. */
export interface ProcessUsage {
  /** 100 is one core. Since it was asked before, or else since its start. */
  readonly cpu_percent?: number;
  readonly rss_bytes: number;
}

/** In `/proc`, times are in hundredths of a second on every Linux. */
const TICKS_PER_SECOND = 100;
/** Times between two questions that are too short to tell anything. */
const MIN_SECONDS = 0.5;
/** Places in `/proc/<pid>/stat` behind the name of the program. */
const [GROUP, USER_TICKS, SYSTEM_TICKS, START_TICKS] = [2, 11, 12, 19] as const;
/** Files that are read before others have their turn. */
const AT_ONCE = 64;

interface Sample {
  readonly ticks: number;
  /** Seconds since the start of the machine. */
  readonly at: number;
  readonly percent: number | undefined;
}

/** Reads `/proc` when it is asked; elsewhere than on Linux nothing is known. */
export class ProcessUsages {
  readonly #samples = new Map<number, Sample>();

  /** @param leaders Ids of processes that lead a group: what a launcher has launched counts with it. */
  async of(leaders: readonly number[]): Promise<ReadonlyMap<number, ProcessUsage>> {
    const groups = leaders.length === 0 ? new Map<number, Group>() : await readGroups(new Set(leaders));
    const uptime = Number.parseFloat((await readFile('/proc/uptime', 'utf8').catch(() => '')) || 'NaN');
    for (const leader of this.#samples.keys()) {
      if (!groups.has(leader)) {
        this.#samples.delete(leader);
      }
    }
    return new Map(Array.from(groups, ([leader, group]) => [leader, this.#usageOf(leader, group, uptime)] as const));
  }

  #usageOf(leader: number, { ticks, startTicks, residentBytes }: Group, at: number): ProcessUsage {
    const before = this.#samples.get(leader);
    const since = before ?? { ticks: 0, at: startTicks / TICKS_PER_SECOND, percent: undefined };
    const seconds = at - since.at;
    if (!(seconds >= MIN_SECONDS)) {
      const { percent } = since;
      return { ...(percent === undefined ? {} : { cpu_percent: percent }), rss_bytes: residentBytes };
    }
    const used = Math.max(0, ticks - since.ticks) / TICKS_PER_SECOND;
    const percent = Math.round((used / seconds) * 1_000) / 10;
    this.#samples.set(leader, { ticks, at, percent });
    return { cpu_percent: percent, rss_bytes: residentBytes };
  }
}

interface Group {
  readonly ticks: number;
  /** When its leader began. */
  readonly startTicks: number;
  readonly residentBytes: number;
}

async function readGroups(leaders: ReadonlySet<number>): Promise<ReadonlyMap<number, Group>> {
  const groups = new Map<number, Group>();
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (let from = 0; from < pids.length; from += AT_ONCE) {
    const processes = await Promise.all(pids.slice(from, from + AT_ONCE).map((pid) => readProcess(pid, leaders)));
    for (const member of processes.filter((each) => each !== undefined)) {
      const known = groups.get(member.group) ?? { ticks: 0, startTicks: member.startTicks, residentBytes: 0 };
      groups.set(member.group, {
        ticks: known.ticks + member.ticks,
        startTicks: Math.min(known.startTicks, member.startTicks),
        residentBytes: known.residentBytes + member.residentBytes,
      });
    }
    await nextTurn();
  }
  return groups;
}

/** One process, where it belongs to one of the groups; processes come and go meanwhile. */
async function readProcess(
  pid: string,
  leaders: ReadonlySet<number>,
): Promise<(Group & { readonly group: number }) | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const of = (place: number): number => Number(fields[place]);
    if (!leaders.has(of(GROUP))) {
      return undefined;
    }
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return {
      group: of(GROUP),
      ticks: of(USER_TICKS) + of(SYSTEM_TICKS),
      startTicks: of(START_TICKS),
      residentBytes: kibibytes * 1024,
    };
  } catch {
    return undefined;
  }
}
