/** Where several gateways have their limits and other state, as this one sees it. */
export interface SharedStore {
  readonly name: 'redis';
  /** While it can't be asked each gateway goes on with its own. */
  readonly isUp: boolean;
  /** Epoch milliseconds. */
  readonly since: number;
  /** Why it can't be asked; never with a secret. */
  readonly lastError?: string;
  /** Gateways that use it, this one too, when it could last be asked. */
  readonly gateways: number;
}
