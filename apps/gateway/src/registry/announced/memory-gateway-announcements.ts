import { randomBytes } from 'node:crypto';
import {
  ANNOUNCED_MILLIS,
  type GatewayAnnouncement,
  type GatewayAnnouncements,
  MAX_ANNOUNCED,
} from './gateway-announcements.ts';

/** Gateways of one process that share their state in its memory. */
export class MemoryGatewayAnnouncements implements GatewayAnnouncements {
  readonly #now: () => number;
  readonly #said = new Map<string, { readonly announcement: GatewayAnnouncement; readonly until: number }>();
  readonly #secret = randomBytes(32).toString('base64url');

  /** @param now Epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  async announce(announcement: GatewayAnnouncement): Promise<void> {
    const instances = announcement.instances.slice(0, MAX_ANNOUNCED);
    this.#said.set(announcement.address, {
      announcement: { ...announcement, instances },
      until: this.#now() + ANNOUNCED_MILLIS,
    });
  }

  async withdraw(address: string): Promise<void> {
    this.#said.delete(address);
  }

  async list(): Promise<readonly GatewayAnnouncement[]> {
    const now = this.#now();
    return [...this.#said.values()]
      .filter(({ until }) => until > now)
      .map(({ announcement }) => announcement)
      .toSorted((one, other) => (one.address < other.address ? -1 : 1));
  }

  async secret(): Promise<string> {
    return this.#secret;
  }
}
