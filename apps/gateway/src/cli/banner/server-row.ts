import { counted } from '../../protocol/printable-text.ts';
import { whyAt } from '../../registry/table/instance-row.ts';
import type { Upstream, UpstreamReadiness } from '../../upstream/upstream.ts';
import type { Piece } from '../terminal.ts';

/** What people read of one server: how it is in one word, then what there is to know. */
export interface ServerRow {
  readonly name: string;
  readonly state: Piece;
  /** Empty where the word says all. */
  readonly detail: string;
}

/** An upstream counts as tried after this time. */
const TRIED_SECONDS = 10;

const STATES: Readonly<Record<UpstreamReadiness, Piece>> = {
  ready: { text: 'ready', tone: 'good' },
  unreachable: { text: 'failed', tone: 'bad' },
  booting: { text: 'starting', tone: 'quiet' },
  disabled: { text: 'disabled', tone: 'quiet' },
  idle: { text: 'lazy', tone: 'quiet' },
};

/** How it is: one that has failed stays that while it is started again. */
export function stateOf({ status }: Upstream): UpstreamReadiness {
  const { readiness, consecutiveFailures } = status;
  return readiness === 'booting' && consecutiveFailures > 0 ? 'unreachable' : readiness;
}

/** One server as the terminal shows it. */
export function serverRow(upstream: Upstream): ServerRow {
  const { settings, status } = upstream;
  const { toolCount, startMillis, lastError } = status;
  const readiness = stateOf(upstream);
  const details: Readonly<Record<UpstreamReadiness, string>> = {
    ready: [
      counted(toolCount, 'tool'),
      ...(startMillis === undefined ? [] : [`${(startMillis / 1000).toFixed(1)} s`]),
    ].join(' · '),
    unreachable: whyAt(settings, lastError ?? 'no connection'),
    booting: [`no answer for ${TRIED_SECONDS} s`, ...(lastError === undefined ? [] : [lastError])].join(' · '),
    disabled: '',
    idle: 'starts at its first use',
  };
  return { name: settings.key, state: STATES[readiness], detail: details[readiness] };
}

/** All servers in one line: `2 of 3 servers ready · 1 failed · 27 tools`. */
export function summaryOf(upstreams: readonly Upstream[]): string {
  const count = (readiness: UpstreamReadiness): number =>
    upstreams.filter((upstream) => stateOf(upstream) === readiness).length;
  const asked = upstreams.length - count('idle') - count('disabled');
  const tools = upstreams.reduce((sum, { status }) => sum + (status.readiness === 'ready' ? status.toolCount : 0), 0);
  const others = (['unreachable', 'booting', 'idle', 'disabled'] as const)
    .map((readiness) => [count(readiness), STATES[readiness].text] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  const ready = `${count('ready')} of ${counted(asked, 'server')} ready`;
  return [ready, ...others, counted(tools, 'tool')].join(' · ');
}
