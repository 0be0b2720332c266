// A collector that hangs, refuses, dies and is started again on its port.
import { type DecodedSpan, type OtlpResponder, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';

export const STATES = ['well', 'well', 'hanging', 'failing', 'dead'] as const;
type State = (typeof STATES)[number];

const RESPONDERS: Readonly<Record<State, OtlpResponder | undefined>> = {
  well: undefined,
  hanging: () => 'hang',
  failing: () => ({ status: 503 }),
  dead: undefined,
};

export interface MortalCollector {
  readonly url: string;
  become(state: State): Promise<void>;
  /** Everything that it kept in its lives, each span once: one whose acceptance was lost on the way is sent again. */
  spans(): readonly DecodedSpan[];
  close(): Promise<void>;
}

export async function startMortalCollector(): Promise<MortalCollector> {
  const lives: OtlpSink[] = [await startOtlpSink()];
  const { port, url } = lives[0]!;
  let isDead = false;
  /** One change after the other. */
  let changed = Promise.resolve();
  const change = async (state: State): Promise<void> => {
    if (state === 'dead' && !isDead) {
      isDead = true;
      await lives.at(-1)?.close();
    } else if (state !== 'dead' && isDead) {
      lives.push(await startOtlpSink({ port }));
      isDead = false;
    }
    lives.at(-1)?.respondWith(RESPONDERS[state]);
  };
  return {
    url,
    become: (state) => (changed = changed.then(() => change(state))),
    spans: () => [...new Map(lives.flatMap((life) => life.spans()).map((span) => [span.spanId, span])).values()],
    async close() {
      await changed;
      await (isDead ? undefined : lives.at(-1)?.close());
    },
  };
}
