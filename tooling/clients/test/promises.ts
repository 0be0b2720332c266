// What a client library that has everything sees, the same over HTTP and stdio, with the gateway's tools and with all.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LARGE_BYTES, ListeningGateway, type Mode, Workplace } from './gateway.ts';
import type { Command } from './installed.ts';
import { type Steps, travel } from './run-client.ts';

/** The handshake, or the newest protocol that both sides know. */
type Era = 'legacy' | 'auto';

/** One way of a client to the gateway. */
export interface Way {
  readonly transport: 'HTTP' | 'stdio';
  readonly mode: Mode;
  readonly era: Era;
}

export interface Traveller {
  readonly name: string;
  readonly ways: readonly Way[];
  start(): Command;
  /** How the program reaches a gateway that listens; by its address where it is absent. */
  target?(url: string): object;
}

const MODES = ['search', 'all'] as const;
const TIMEOUT_MILLIS = 120_000;

/**
 * Each mode in each era: over HTTP in one of the two and over stdio in the other, where the client has both.
 *
 * @param eras What the client speaks, one or two.
 */
export function everyWay(eras: readonly [Era, ...Era[]]): readonly Way[] {
  const [first, second = first] = eras;
  return [
    { transport: 'HTTP', mode: 'search', era: second },
    { transport: 'HTTP', mode: 'all', era: first },
    { transport: 'stdio', mode: 'search', era: first },
    { transport: 'stdio', mode: 'all', era: second },
  ];
}

const titleOf = ({ transport, mode, era }: Way): string =>
  `over ${transport}, --expose ${mode}${era === 'auto' ? ', protocol 2026-07-28' : ''}`;

/** All ways of one client, walked once; each promise is then a test of its own. */
export function keepsPromises(traveller: Traveller): void {
  const journeys = new Map<Way, Promise<Steps>>();
  const workplaces = new Map<Mode, Workplace>(MODES.map((mode) => [mode, new Workplace()]));
  const gateways = new Map<Mode, ListeningGateway>(
    MODES.map((mode) => [mode, new ListeningGateway(workplaces.get(mode)!, mode)]),
  );

  const walk = async (way: Way, index: number): Promise<Steps> => {
    const workplace = workplaces.get(way.mode)!;
    const root = workplace.root(`root ${index}`);
    const [command, ...args] = [process.execPath, ...workplace.gatewayArguments(way.mode, ['--stdio'])];
    const { target = (url: string) => ({ url }) } = traveller;
    const gateway = gateways.get(way.mode)!;
    const before = gateway.stderr().length;
    const reached = way.transport === 'stdio' ? { command: { command, args } } : target(gateway.url);
    const task = { ...reached, mode: way.mode, era: way.era, root };
    const steps = await travel(traveller.start(), task, workplace.folder);
    return { ...steps, stderr: `${steps.stderr}${gateway.stderr().slice(before)}` };
  };

  /** One after the other: each is alone with its gateway, as the folders that it brings are its own. */
  const walkInTurn = async (ways: readonly Way[]): Promise<void> => {
    for (const way of ways) {
      const journey = walk(way, traveller.ways.indexOf(way));
      journeys.set(way, journey);
      await journey.catch(() => {});
    }
  };

  beforeAll(async () => {
    const used = MODES.filter((mode) => traveller.ways.some((way) => way.transport === 'HTTP' && way.mode === mode));
    const overHttp = async (): Promise<void> => {
      await Promise.all(used.map((mode) => gateways.get(mode)!.start()));
      await walkInTurn(traveller.ways.filter(({ transport }) => transport === 'HTTP'));
    };
    await Promise.all([overHttp(), walkInTurn(traveller.ways.filter(({ transport }) => transport === 'stdio'))]);
  }, TIMEOUT_MILLIS);

  afterAll(async () => {
    await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
    workplaces.forEach((workplace) => workplace.remove());
  });

  describe.each(traveller.ways.map((way) => [titleOf(way), way] as const))(`${traveller.name} %s`, (_, way) => {
    const seen = (): Promise<Steps> => journeys.get(way)!;
    callsTools(seen, way);
    asksTheClient(seen, `root ${traveller.ways.indexOf(way)}`);
    readsMore(seen, way);
  });
}

function callsTools(seen: () => Promise<Steps>, { mode }: Way): void {
  const answer = async (step: string) => (await seen()).answers(step);

  test('lists the tools under names that models take', async () => {
    const { tools } = await seen();
    const wanted =
      mode === 'search' ? ['search', 'describe', 'load_skill', 'call'] : ['everything__echo', 'files__read_text_file'];
    expect(tools).toEqual(expect.arrayContaining(wanted));
    expect(tools.filter((name) => !/^[A-Za-z0-9_-]{1,64}$/.test(name))).toEqual([]);
  });

  if (mode === 'search') {
    test('finds each tool by its name', async () => {
      const searches = Object.entries((await seen()).searches!);
      expect(searches.length).toBeGreaterThan(5);
      expect(searches.filter(([tool, hits]) => hits[0] !== tool)).toEqual([]);
    });
  }

  test('calls a tool, every letter of its text unharmed', async () => {
    expect(await answer('echo')).toMatchObject({
      text: expect.stringContaining('Echo: héllo 世界 🎈'),
      isError: false,
    });
  });

  test('is told which arguments are wrong', async () => {
    expect(await answer('refused')).toMatchObject({ text: expect.stringContaining('/b is required'), isError: true });
  });

  test('is told why a tool failed', async () => {
    const missing = expect.stringMatching(/ENOENT.*nothing-here\.txt/);
    expect(await answer('failed')).toMatchObject({ text: missing, isError: true });
  });

  test('sees an image, and no base64 in a text', async () => {
    const { bytes, text } = await answer('image');
    expect([bytes.length, text.includes('iVBOR')]).toEqual([1, false]);
  });

  test('gets a large result whole', async () => {
    expect((await answer('large')).length).toBeGreaterThanOrEqual(LARGE_BYTES);
  });

  test('hears the progress of a call', async () => {
    const { progress } = await seen();
    // The SDK 2.x counts its own rounds too, without a total; both SDKs for TypeScript lose a note that comes with the answer.
    const notes = progress.notes.filter(([, total]) => total !== null).map(([done]) => done);
    expect(notes).toEqual([1, 2, 3, 4].slice(0, Math.max(3, notes.length)));
    expect(progress.text).toContain('Long running operation completed');
  });

  test('cancels a call, and calls on', async () => {
    const { cancelled, stderr } = await seen();
    expect(cancelled.ended).not.toBe('it answered');
    expect(cancelled.millis).toBeLessThan(5000);
    expect(stderr).toMatch(/"dcc_mcp\.outcome":"cancelled".*trigger-long-running-operation/);
    expect((await answer('after')).text).toContain('still here');
  });
}

function asksTheClient(seen: () => Promise<Steps>, root: string): void {
  const textOf = async (step: string): Promise<string> => (await seen()).answers(step).text;

  test('gives its roots to server-filesystem and to server-everything', async () => {
    expect(await textOf('roots')).toContain(root);
    expect(await textOf('rootsList')).toContain(encodeURIComponent(root));
  });

  test('is asked for input, which it gives or declines', async () => {
    expect(await textOf('accepted')).toContain('Name: Ada');
    expect(await textOf('declined')).toContain('User declined');
  });

  test('lends its model', async () => {
    expect(await textOf('sampled')).toContain('said the model');
  });
}

function readsMore(seen: () => Promise<Steps>, { mode, era }: Way): void {
  test('lists and reads resources', async () => {
    const { resources, resource } = await seen();
    const wanted = mode === 'all' ? 'demo://resource/static/document/architecture.md' : 'gateway://instances';
    expect(resources).toContain(wanted);
    expect(resource[0]!.text).toMatch(mode === 'all' ? /Everything Server/ : /"name":"everything"/);
  });

  if (era === 'legacy') {
    test('sets the log level', async () => {
      expect((await seen()).logLevel).toEqual({});
    });
  }

  if (mode === 'all') {
    test('gets prompts, and completes their arguments', async () => {
      const { prompts, prompt, completion } = await seen();
      expect(prompts).toContain('everything__args-prompt');
      expect(prompt[0]!.content.text).toContain('Köln');
      expect(completion.values).toEqual(['Sales', 'Support']);
    });
  }
}
