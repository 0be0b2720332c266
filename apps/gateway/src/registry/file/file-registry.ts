import { lookup } from 'node:dns';
import type { RegistryFolder } from '../../config/load/registry-folder-of.ts';
import type { Log } from '../../protocol/log.ts';
import { Reach, type ReachRule } from '../../upstream/http/reach/reach.ts';
import type { RegisteredFacts } from '../../upstream/upstream.ts';
import { registeredSettings } from '../table/instance-offer.ts';
import type { InstanceSource, InstanceTable } from '../table/instance-table.ts';
import { LEAVES } from '../table/leave.ts';
import { isSameAddress, type ListenAddress, thisMachine } from '../table/listen-address.ts';
import { type LiveServices, liveServices, type SkippedService } from './live-services.ts';
import { Processes } from './processes.ts';
import type { ServiceRow } from './service-row.ts';
import { NO_SERVICES, type ServicesTable } from './services-document.ts';
import { ServicesFile } from './services-file.ts';

export interface FileRegistryOptions {
  readonly table: Pick<InstanceTable, 'source'>;
  readonly folder: RegistryFolder;
  /** Age of a heartbeat that makes a row stale; may change. */
  readonly staleMillis: () => number;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A registry may tell of hosts on other machines, at addresses that a host can have. */
const ANYWHERE: ReachRule = { allow: ['0.0.0.0/0', '::/0'] };
const REACH = new Reach(ANYWHERE, lookup);

type SkippedRow = Parameters<InstanceSource['skip']>[0][number];

/** Instances of one file; each is connected to and asked every few seconds. */
const MAX_INSTANCES = 1_000;
const NO_ROOM = `no room: there are ${MAX_INSTANCES} instances of this file`;
/** New ones that are connected to at once, and the time between them and the next. */
const MAX_AT_ONCE = 50;
const PAUSE_MILLIS = 50;
/** Rows of processes that are gone, of which each look tells as of an event. */
const MAX_TOLD = 100;
/** Processes end and heartbeats grow old without a word in the file. */
const CHECK_MILLIS = 1_000;

/** Keeps the table of instances as `services.json` of dcc-mcp-core and the processes of its rows are. */
export class FileRegistry {
  readonly #options: FileRegistryOptions;
  readonly #source: InstanceSource;
  readonly #file: ServicesFile;
  #table: ServicesTable = NO_SERVICES;
  #own: readonly ListenAddress[] = [];
  #isThisMachine = thisMachine();
  /** Processes of the table that were gone once: no row of theirs comes to life again. */
  readonly #dead = new Set<number>();
  /** What was put last, as text, by instance. */
  readonly #put = new Map<string, string>();
  /** Instances whose end was told, and whose row is still there. */
  readonly #ended = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #goOn: NodeJS.Timeout | undefined;

  constructor(options: FileRegistryOptions) {
    this.#options = options;
    const { table, folder, log } = options;
    this.#source = table.source('file', (instanceId) => this.#onEvicted(instanceId));
    this.#file = new ServicesFile({ folder, log, onTable: (services) => this.#onTable(services) });
  }

  /** @param own Where this gateway listens: a row that says so is no instance. */
  start(own: readonly ListenAddress[]): void {
    this.#own = own;
    this.#file.start();
    this.#timer = setInterval(() => this.#check(), CHECK_MILLIS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#goOn);
    await this.#file.close();
  }

  /** The gateway has ended it: whether its row may bring it back is asked once more. */
  #onEvicted(instanceId: string): void {
    this.#put.delete(instanceId);
    this.#ended.add(instanceId);
  }

  #onTable(table: ServicesTable): void {
    this.#table = table;
    this.#dead.clear();
    this.#isThisMachine = thisMachine();
    this.#check();
  }

  #check(): void {
    const { now, staleMillis } = this.#options;
    const processes = new Processes(this.#dead);
    const services = liveServices(this.#table, {
      now: now(),
      staleMillis: staleMillis(),
      isAlive: (pid) => processes.isAlive(pid),
      isThisMachine: this.#isThisMachine,
      mayBeAt: (host) => REACH.refusal(host) === undefined,
      isOwn: (address) => this.#own.some((own) => isSameAddress(address, own, this.#isThisMachine)),
    });
    this.#withdrawOthers(services);
    const skipped = services.skipped.map(({ leave: _leave, isDead: _isDead, ...row }) => row);
    this.#source.skip([...this.#offerAll(services.live), ...skipped]);
  }

  /** @returns Those for which there is no room. */
  #offerAll(live: readonly ServiceRow[]): readonly SkippedRow[] {
    const known = live.filter(({ instanceId }) => this.#put.has(instanceId));
    const fresh = live.filter(({ instanceId }) => !this.#put.has(instanceId));
    const room = Math.max(0, MAX_INSTANCES - known.length);
    const welcome = fresh.slice(0, room);
    [...known, ...welcome.slice(0, MAX_AT_ONCE)].forEach((row) => this.#offer(row));
    if (welcome.length > MAX_AT_ONCE) {
      clearTimeout(this.#goOn);
      this.#goOn = setTimeout(() => this.#check(), PAUSE_MILLIS).unref();
    }
    return fresh.slice(room).map(({ instanceId, dccType }) => ({ instanceId, dccType, reason: NO_ROOM }));
  }

  #offer(row: ServiceRow): void {
    const { instanceId, dccType, mcpUrl: url } = row;
    const text = JSON.stringify(row);
    if (this.#put.get(instanceId) !== text) {
      this.#put.set(instanceId, text);
      const settings = registeredSettings({ source: 'file', instanceId, dccType, url, reach: ANYWHERE });
      this.#source.put({ settings, facts: toFacts(row) });
    }
  }

  #withdrawOthers({ live, skipped }: LiveServices): void {
    const isLive = new Set(live.map(({ instanceId }) => instanceId));
    const left = new Map(skipped.map((row) => [row.instanceId, row]));
    for (const instanceId of [...this.#put.keys()].filter((id) => !isLive.has(id))) {
      this.#put.delete(instanceId);
      this.#ended.add(instanceId);
      this.#source.withdraw(instanceId, left.get(instanceId)?.leave ?? LEAVES.vanished('services.json'));
    }
    const isNews = ({ isDead, instanceId = '' }: SkippedService): boolean =>
      isDead && !this.#ended.has(instanceId) && !isLive.has(instanceId);
    for (const { instanceId = '', dccType = '', leave } of skipped.filter(isNews).slice(0, MAX_TOLD)) {
      this.#source.tell({ instanceId, dccType }, leave);
    }
    skipped.filter(({ isDead }) => isDead).forEach(({ instanceId = '' }) => this.#ended.add(instanceId));
    this.#forgetEnded(isLive, left);
  }

  #forgetEnded(...there: readonly Pick<ReadonlySet<string | undefined>, 'has'>[]): void {
    for (const instanceId of this.#ended) {
      if (!there.some((rows) => rows.has(instanceId))) {
        this.#ended.delete(instanceId);
      }
    }
  }
}

function toFacts({ displayName, scene, pid, version, adapterVersion, heartbeatAt }: ServiceRow): RegisteredFacts {
  return { displayName, scene, pid, version, adapterVersion, heartbeatAt };
}
