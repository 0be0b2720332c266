import type { StateFolder } from '../../files/state-folder.ts';
import type { Approvals } from './approvals.ts';
import { parseLedger, serializeLedger } from './ledger-text.ts';
import { EMPTY_LEDGER, type Ledger, LOST_LEDGER } from './ledger.ts';

const FILE = 'approvals.json';

/** A file that was there and could not be understood. */
export interface LostApprovals {
  /** Absolute. */
  readonly file: string;
  /** Where it is kept now. */
  readonly aside: string;
}

/** What is told of it. */
export function lostLine({ file, aside }: LostApprovals): string {
  return `quarantine: ${file} could not be understood and is kept as ${aside}; every tool is held until somebody approves it (dcc-mcp-gateway approvals approve --server NAME)`;
}

/** `approvals.json` in the state folder, which gateways and commands of one user share. */
export class FileApprovals implements Approvals {
  readonly #folder: StateFolder;
  readonly #onLost: (lost: LostApprovals) => void;

  /** @param onLost Told when the file is kept aside, and everything held. */
  constructor(folder: StateFolder, onLost: (lost: LostApprovals) => void) {
    this.#folder = folder;
    this.#onLost = onLost;
  }

  async read(): Promise<Ledger> {
    return (await this.#find()) ?? this.update((ledger) => ledger);
  }

  update(change: (ledger: Ledger) => Ledger): Promise<Ledger> {
    return this.#folder.locked(FILE, async () => {
      const found = (await this.#find()) ?? (await this.#keepAside());
      const next = change(found);
      if (next !== found) {
        await this.#folder.write(FILE, serializeLedger(next));
      }
      return next;
    });
  }

  revision(): Promise<string> {
    return this.#folder.markOf(FILE);
  }

  /** @returns `undefined` for what is no such file. @throws {Error} Where the disk does not say. */
  async #find(): Promise<Ledger | undefined> {
    const reading = await this.#folder.read(FILE);
    if (reading.ok) {
      return parseLedger(reading.text);
    }
    if (reading.isMissing) {
      return EMPTY_LEDGER;
    }
    if (reading.isText === false) {
      return undefined;
    }
    throw new Error(reading.problem);
  }

  /** What takes its place holds everything, also after a restart. */
  async #keepAside(): Promise<Ledger> {
    const aside = `${FILE}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}.corrupt`;
    await this.#folder.moveAside(FILE, aside);
    await this.#folder.write(FILE, serializeLedger(LOST_LEDGER));
    this.#onLost({ file: this.#folder.fileOf(FILE), aside: this.#folder.fileOf(aside) });
    return LOST_LEDGER;
  }
}
