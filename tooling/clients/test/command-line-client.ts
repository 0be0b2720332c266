// A gateway that listens in each mode, and a configuration file of a client that knows them and one that it starts itself.
import { setTimeout as wait } from 'node:timers/promises';
import { ListeningGateway, type Mode, Workplace } from './gateway.ts';

const PATIENCE_MILLIS = 30_000;

/** Where a command-line client finds a gateway; the names stand in its configuration file. */
export const PLACES = ['http-search', 'http-all', 'stdio-search', 'stdio-all'] as const;
export type Place = (typeof PLACES)[number];

export const modeOf = (place: Place): Mode => (place.endsWith('search') ? 'search' : 'all');

/** The gateways of a test file and the configuration file that names them. */
export class Places {
  readonly #workplace = new Workplace();
  readonly #gateways = new Map<Mode, ListeningGateway>(
    (['search', 'all'] as const).map((mode) => [mode, new ListeningGateway(this.#workplace, mode)]),
  );
  readonly root: string = this.#workplace.root('work');
  readonly home: string = this.#workplace.folder;

  /** Starts both gateways and writes the file; `more` is added to each entry. */
  async open(more: object = {}): Promise<string> {
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.start()));
    const entries = PLACES.map((place) => [place, { ...this.#entry(place), ...more }]);
    return this.#workplace.write('client.json', { mcpServers: Object.fromEntries(entries) });
  }

  #entry(place: Place): object {
    const mode = modeOf(place);
    return place.startsWith('http')
      ? { type: 'streamable-http', url: this.#gateways.get(mode)!.url }
      : { type: 'stdio', command: process.execPath, args: this.#workplace.gatewayArguments(mode, ['--stdio']) };
  }

  /** What the listening gateway of this mode said. */
  stderr(mode: Mode): string {
    return this.#gateways.get(mode)!.stderr();
  }

  /** Resolves once a server works on a call of the listening gateway, as its metrics tell. */
  untilCalled(mode: Mode): Promise<void> {
    return this.until(async () => {
      const response = await fetch(new URL('/metrics', this.#gateways.get(mode)!.url));
      return /^dcc_mcp_gateway_calls_in_flight(\{.*\})? [1-9]/m.test(await response.text());
    });
  }

  /** Resolves once `condition` holds. @throws {Error} After 30 s. */
  async until(condition: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MILLIS; Date.now() < deadline; await wait(50)) {
      if (await condition()) {
        return;
      }
    }
    throw new Error(`not within ${PATIENCE_MILLIS} ms`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#gateways.values()].map((gateway) => gateway.stop()));
    this.#workplace.remove();
  }
}
