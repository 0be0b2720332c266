import { VERSION } from '../../../config/load/version.ts';
import { withoutUndefined } from '../../../protocol/json/without-undefined.ts';
import { codeOf, messageOf } from '../../../protocol/thrown-error.ts';
import { describeArgumentIssue } from '../../flag-issue.ts';
import { helpText } from '../../help-text.ts';
import type { Terminal } from '../../terminal.ts';
import { DebugClient } from '../ask/debug-client.ts';
import { findGateway } from '../ask/find-gateway.ts';
import { type GatewayLink, isLink, isOfThisMachine, readGatewayLink } from '../ask/gateway-link.ts';
import { runReplay } from '../replay/replay-command.ts';
import { runExport } from './export-command.ts';
import {
  type HistoryArguments,
  type HistoryValues,
  optionsOf,
  parseHistoryArguments,
  VERB_USES,
  type VerbUse,
  verbsWith,
} from './history-flags.ts';
import { failed, type HistoryRun, wrongUse } from './history-run.ts';
import type { HistoryVerb } from './history-verbs.ts';
import {
  listCalls,
  listInstances,
  listWorkflows,
  showSearchQuality,
  showStats,
  tailCalls,
  tracesOrOne,
} from './look-commands.ts';
import { runBundle, runReport } from './request-commands.ts';

const ACTIONS: Readonly<Record<HistoryVerb, (run: HistoryRun) => Promise<number>>> = {
  calls: listCalls,
  traces: tracesOrOne,
  workflows: listWorkflows,
  stats: showStats,
  tail: tailCalls,
  bundle: runBundle,
  report: runReport,
  export: runExport,
  replay: runReplay,
  instances: listInstances,
  'search-quality': showSearchQuality,
};

/** What a gateway that runs did, as text, as JSON or as a file; gives the exit code. */
export async function runHistoryCommand(
  terminal: Terminal,
  verb: HistoryVerb,
  args: readonly string[],
): Promise<number> {
  let parsed: HistoryArguments;
  try {
    parsed = parseHistoryArguments(verb, args);
  } catch (error) {
    return wrongUse(terminal, verb, flagIssue(verb, error));
  }
  const { values, positionals } = parsed;
  if (values.help === true || values.version === true) {
    terminal.print(values.help === true ? helpText(verb) : VERSION);
    return 0;
  }
  endWithReader(terminal);
  const meant = readMeant(verb, values, positionals);
  if ('issue' in meant) {
    return wrongUse(terminal, verb, meant.issue);
  }
  const found = await findGateway(terminal.env, meant.urls);
  if (!found.ok) {
    return failed(terminal, found);
  }
  const token = values.token ?? (meant.isElsewhere ? undefined : firstToken(terminal));
  const client = new DebugClient(found.url, token);
  return ACTIONS[verb]({ terminal, verb, client, values: meant.values, id: meant.id });
}

/** A flag of another command is no misspelt one. */
function flagIssue(verb: HistoryVerb, error: unknown): string {
  const [flag = ''] = /--[\w-]+/.exec(messageOf(error)) ?? [];
  const takers = messageOf(error).startsWith('Unknown option') ? verbsWith(flag, verb) : [];
  return takers.length === 0
    ? describeArgumentIssue(error, optionsOf(verb))
    : `${verb} takes no ${flag}; ${takers.join(', ')} ${takers.length === 1 ? 'does' : 'do'}`;
}

/** Whoever reads may have enough (`| head`), and there is nobody to tell; a full disk is told. */
function endWithReader(terminal: Terminal): void {
  terminal.stdout.once('error', (error) => {
    if (codeOf(error) !== 'EPIPE') {
      terminal.printError(`error: stdout can't be written: ${messageOf(error)}`);
    }
    terminal.exit(codeOf(error) === 'EPIPE' ? 0 : 1);
  });
}

/** No request has such an id. */
const EXPORTED: ReadonlySet<string | undefined> = new Set(['calls', 'traces', 'searches', 'workflows']);

interface Meant {
  readonly values: HistoryValues;
  readonly id?: string | undefined;
  /** Where the gateway may be; none where nobody says. */
  readonly urls: readonly string[];
  /** The gateway is one that a link names, and not on this machine: the token of the environment may not be for it. */
  readonly isElsewhere: boolean;
}

type Reading = Meant | { readonly issue: string };

function readMeant(verb: HistoryVerb, values: HistoryValues, [word, ...more]: readonly string[]): Reading {
  const { word: taken, isOfOne } = VERB_USES[verb];
  if (more.length > 0 || (word !== undefined && taken === undefined)) {
    return {
      issue: taken === undefined ? `${verb} takes flags only` : `name one ${taken === 'list' ? 'link' : 'request'}`,
    };
  }
  if (word !== undefined && taken === 'list' && !isLink(word)) {
    return { issue: `${verb} takes flags and a link only; a query is --q` };
  }
  if (verb === 'export' && EXPORTED.has(word)) {
    return { issue: `an id stands there; all ${word} are --kind ${word}` };
  }
  const link = word !== undefined && isLink(word) ? readGatewayLink(word, Date.now()) : undefined;
  if (word !== undefined && isLink(word) && link === undefined) {
    return { issue: `${word} is no URL` };
  }
  const meant = link === undefined ? fromFlags(values, word) : fromLink(values, link, VERB_USES[verb]);
  if ('issue' in meant) {
    return meant;
  }
  const idle = idleFlag(meant);
  if (idle !== undefined) {
    return { issue: `${verb} ${meant.id ?? '--newest'} shows one request, and takes no --${idle}` };
  }
  return isOfOne === true && meant.id === undefined && meant.values.q === undefined
    ? { issue: `name a request by its row id, request id or trace id, or the newest one that --q finds` }
    : meant;
}

/** A flag that does nothing where one request is shown. */
function idleFlag({ values, id }: Meant): keyof HistoryValues | undefined {
  const ofNewest = values.newest === true ? (['limit'] as const) : [];
  const flags = id === undefined ? ofNewest : (['q', 'limit', 'since', 'until', 'newest'] as const);
  return flags.find((flag) => values[flag] !== undefined);
}

function fromFlags(values: HistoryValues, id: string | undefined): Meant {
  return { values, id, urls: values.url === undefined ? [] : [values.url], isElsewhere: false };
}

/** What the link of an alert, of a row or of the page says stands in place of flags. */
function fromLink(values: HistoryValues, link: GatewayLink, { word: taken, flags }: VerbUse): Reading {
  const urls = values.url === undefined ? link.urls : [values.url];
  const isElsewhere = values.url === undefined && !isOfThisMachine(link.urls[0]);
  if (taken !== 'list' && link.id !== undefined) {
    return { values, id: link.id, urls, isElsewhere };
  }
  if (link.id !== undefined && link.q === undefined) {
    return { issue: `the link is of one request: dcc-mcp-gateway traces shows it, report makes a text of it` };
  }
  if (flags.includes('kind') && values.kind === undefined && link.shows !== undefined && link.kind === undefined) {
    return {
      issue: `the link shows ${link.shows}; exported are calls, traces, searches or workflows: name one by --kind`,
    };
  }
  const told =
    taken === 'list' || taken === 'id' ? ({ q: link.q, since: link.since, until: link.until } as const) : { q: link.q };
  const twice = Object.entries(told).find(([name, value]) => value !== undefined && name in values);
  return twice === undefined
    ? { values: { kind: link.kind, ...values, ...withoutUndefined(told) }, urls, isElsewhere }
    : { issue: `the link says --${twice[0]} already` };
}

/** The token of the gateway's own environment, where the command runs beside it. */
function firstToken({ env }: Terminal): string | undefined {
  const [first] = (env['DCC_MCP_AUTH_TOKEN'] ?? '').split(',');
  return first === undefined || first.trim() === '' ? undefined : first.trim();
}
