import { toInstanceShort } from '../../protocol/instance-id.ts';
import { type Ledger, type LedgerServer, type LedgerTool, serverOfDcc } from './ledger.ts';

/** One tool of one server. */
export interface LedgerPlace {
  readonly server: LedgerServer;
  readonly tool: LedgerTool;
}

/** Every tool that is known. */
export function placesOf({ servers }: Ledger): readonly LedgerPlace[] {
  return [...servers.values()].flatMap((server) => Array.from(server.tools.values(), (tool) => ({ server, tool })));
}

/** How a tool is named wherever it is told of. */
export function nameOfPlace({ server, tool }: LedgerPlace): string {
  return `${server.name}/${tool.name}`;
}

/** The server that a person means: its key, else the dcc type of instances that come by themselves. */
export function selectServer({ servers }: Ledger, meant: string): LedgerServer | undefined {
  return servers.get(meant) ?? servers.get(serverOfDcc(meant));
}

/**
 * The tools that a person means by a slug, by `server/tool` or by `<dcc>__<tool>`, as clients see them under
 * `--expose all`; by the name alone where nothing else is called so. More than one where the name leaves it open.
 */
export function selectTools(ledger: Ledger, meant: string): readonly LedgerPlace[] {
  const places = placesOf(ledger);
  const whole = places.filter((place) => isCalled(place, meant));
  return whole.length > 0 ? whole : places.filter(({ tool }) => namesOf(tool).includes(meant));
}

function isCalled(place: LedgerPlace, meant: string): boolean {
  const { server, tool } = place;
  return namesOf(tool).some((name) => {
    const exposed = `${server.dcc}__${name}`;
    const ids = server.instances.flatMap((id) => [id, toInstanceShort(id)]);
    return (
      meant === `${server.name}/${name}` ||
      (server.name === serverOfDcc(server.dcc) && meant === `${server.dcc}/${name}`) ||
      meant === exposed ||
      meant === exposed.replaceAll(/[^A-Za-z0-9_-]/g, '_') ||
      ids.some((id) => meant === `${server.dcc}.${id}.${name}`)
    );
  });
}

/** Its own, and the one that its host lists it as. */
function namesOf({ name, listed }: LedgerTool): readonly string[] {
  return listed === undefined ? [name] : [name, listed];
}
