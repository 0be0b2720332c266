import { randomBytes } from 'node:crypto';
import type { StateFolder } from '../../files/state-folder.ts';
import type { Log } from '../../protocol/log.ts';
import { messageOf } from '../../protocol/thrown-error.ts';

const SECRET_BYTES = 32;
/** Characters of a secret; a longer file is none. */
const MAX_SECRET_LENGTH = 256;

function nameOf(port: number): string {
  return `gateway-${port}.secret`;
}

/** Where the secret lies, and who is told that it can't be written. */
export interface YieldSecretOptions {
  /** Absent: nobody gets to know the secret. */
  readonly folder: Pick<StateFolder, 'read' | 'write' | 'remove'> | undefined;
  readonly log: Log;
}

/** What proves that a challenger runs as the same user: it can read a file that only that user can. */
export class YieldSecret {
  readonly text: string = randomBytes(SECRET_BYTES).toString('base64url');
  readonly #options: YieldSecretOptions;
  #port: number | undefined;

  constructor(options: YieldSecretOptions) {
    this.#options = options;
  }

  /** Lays the secret down for the port that was won. Never rejects: a gateway runs without it as well. */
  async lay(port: number): Promise<void> {
    const { folder, log } = this.#options;
    try {
      await folder?.write(nameOf(port), this.text);
      this.#port = port;
    } catch (error) {
      log(`a newer version can't prove who it is, and will not take over by itself: ${messageOf(error)}`, {
        severity: 'warn',
      });
    }
  }

  /** Takes it back: before the port is free, as the next one lays down its own. Never rejects. */
  async takeBack(): Promise<void> {
    const { folder } = this.#options;
    const port = this.#port;
    this.#port = undefined;
    // A gateway on another address may have the same port.
    if (port !== undefined && (await readYieldSecret(folder, port)) === this.text) {
      await folder?.remove(nameOf(port)).catch(() => undefined);
    }
  }
}

/** The secret of the gateway that holds `port`, where this user may read it. */
export async function readYieldSecret(
  folder: Pick<StateFolder, 'read'> | undefined,
  port: number,
): Promise<string | undefined> {
  const reading = await folder?.read(nameOf(port));
  const text = reading?.ok === true ? reading.text.trim() : '';
  return text === '' || text.length > MAX_SECRET_LENGTH || /[^\w-]/.test(text) ? undefined : text;
}
