import type { TokenRecord } from './token-record.ts';

/** What logins to upstreams left behind, by key of the upstream; several gateways may share it. */
export interface TokenStore {
  /** `undefined` where there is none that can be read. */
  read(key: string): Promise<TokenRecord | undefined>;
  /** @throws {Error} When it can't be kept. */
  write(key: string, record: TokenRecord): Promise<void>;
  /** @returns False where there was none. @throws {Error} When it can't be removed. */
  remove(key: string): Promise<boolean>;
  /** Another one after each change of the record, also one by somebody else; `undefined` where there is none. */
  version(key: string): Promise<string | undefined>;
  /** Runs `work` while nobody else runs any for the key: a refresh token that is used twice may end both. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
}
