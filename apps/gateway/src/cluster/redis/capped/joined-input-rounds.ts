import type { InputRound, InputRounds } from '../../../mcp/input-rounds/input-rounds.ts';
import { MemoryInputRounds, type MemoryInputRoundsOptions } from '../../../mcp/input-rounds/memory-input-rounds.ts';
import { JoinedRoom } from '../joined/joined-room.ts';
import { parseOwn, toPresent } from '../joined/replies.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { CappedValues } from './capped-values.ts';

/** What {@link JoinedInputRounds} are made of. */
export interface JoinedRoundsOptions extends MemoryInputRoundsOptions {
  readonly link: RedisLink;
  readonly onError: (error: unknown) => void;
}

const NAME = 'rounds';
/** A round ends after an hour at the latest. */
const TTL_MILLIS = 65 * 60_000;
const MAX_ROUNDS = 10_000;
const MAX_PER_PRINCIPAL = 1_000;
/** Rounds that are given to Redis when it is back; the oldest is left out first. */
const MAX_AHEAD = 1_000;

/** Rounds that every gateway of one Redis knows; those noted while it was away are told when it is back. */
export class JoinedInputRounds implements InputRounds {
  readonly #local: MemoryInputRounds;
  readonly #remote: CappedValues;
  readonly #room: JoinedRoom;
  readonly #ahead = new Map<string, InputRound | undefined>();

  constructor({ link, onError, maxRounds = MAX_ROUNDS, maxPerPrincipal = MAX_PER_PRINCIPAL }: JoinedRoundsOptions) {
    this.#local = new MemoryInputRounds({ maxRounds, maxPerPrincipal });
    const bounds = { ttlMillis: TTL_MILLIS, max: maxRounds, maxOfGroup: maxPerPrincipal };
    this.#remote = new CappedValues({ link, name: NAME, ...bounds });
    this.#room = new JoinedRoom({
      link,
      name: NAME,
      share: () => this.#share(),
      isAhead: () => this.#ahead.size > 0,
      onError,
    });
  }

  /** Resolves when what this gateway has is shared, or Redis turned out to be away: with false. */
  whenJoined(): Promise<boolean> {
    return this.#room.join();
  }

  async put(round: InputRound): Promise<void> {
    await this.#local.put(round);
    await this.#room.run(
      () => this.#putThere(round),
      async () => this.#noteAhead(round.requestState, round),
    );
  }

  async find(requestState: string, now: number): Promise<InputRound | undefined> {
    return this.#room.run(
      async () => {
        const round = toRound(await this.#remote.get(requestState));
        return round !== undefined && round.expiresAt > now ? round : undefined;
      },
      () => this.#local.find(requestState, now),
    );
  }

  async remove(requestState: string): Promise<void> {
    await this.#local.remove(requestState);
    await this.#room.run(
      () => this.#remote.remove(requestState),
      async () => this.#noteAhead(requestState, undefined),
    );
  }

  close(): void {
    this.#room.close();
  }

  async #putThere(round: InputRound): Promise<void> {
    // Without a principal all are of one group, as in memory.
    await this.#remote.put(round.requestState, JSON.stringify(round), toPresent(round.principal));
  }

  #noteAhead(requestState: string, round: InputRound | undefined): void {
    this.#ahead.delete(requestState);
    this.#ahead.set(requestState, round);
    const [oldest] = this.#ahead.size > MAX_AHEAD ? this.#ahead.keys() : [];
    this.#ahead.delete(oldest ?? '');
  }

  async #share(): Promise<void> {
    for (const [requestState, round] of this.#ahead) {
      await (round === undefined ? this.#remote.remove(requestState) : this.#putThere(round));
      if (this.#ahead.get(requestState) === round) {
        this.#ahead.delete(requestState);
      }
    }
  }
}

/** JSON leaves out what is absent. */
function toRound(text: string | undefined): InputRound | undefined {
  const round = parseOwn<InputRound>(text);
  return round && { ...round, principal: round.principal, gatewayId: round.gatewayId };
}
