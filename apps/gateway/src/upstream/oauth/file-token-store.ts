import { createHash } from 'node:crypto';
import type { StateFolder } from '../../files/state-folder.ts';
import { parseRecord, serializeRecord, type TokenRecord } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

/** {@link TokenStore} in the folder `oauth` of the state folder: a file of mode 0600 for each upstream. */
export class FileTokenStore implements TokenStore {
  readonly #folder: StateFolder;

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  async read(key: string): Promise<TokenRecord | undefined> {
    const reading = await this.#folder.read(fileName(key));
    return reading.ok ? parseRecord(reading.text) : undefined;
  }

  write(key: string, record: TokenRecord): Promise<void> {
    return this.#folder.write(fileName(key), serializeRecord(record));
  }

  async remove(key: string): Promise<boolean> {
    const wasThere = (await this.version(key)) !== undefined;
    await this.#folder.remove(fileName(key));
    return wasThere;
  }

  async version(key: string): Promise<string | undefined> {
    const mark = await this.#folder.markOf(fileName(key));
    return mark === 'ENOENT' ? undefined : mark;
  }

  /** Where no lock can be had, work goes on without: a token that can't be kept is used all the same. */
  async exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    let isLocked = false;
    try {
      return await this.#folder.locked(fileName(key), () => {
        isLocked = true;
        return work();
      });
    } catch (error) {
      if (isLocked) {
        throw error;
      }
      return work();
    }
  }
}

/** Readable where that can be, and another for each key. */
function fileName(key: string): string {
  const readable = key.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
  return `oauth/${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}.json`;
}
