import { nearest } from '@dcc-mcp/telemetry-config';
import { parseArgs } from 'node:util';
import { issueLine, loadConfiguration } from '../../config/load/load-configuration.ts';
import { stateFolderOf } from '../../config/load/state-folder-of.ts';
import type { Approvals } from '../../governance/approvals/approvals.ts';
import { approveServer, approveTools, rejectTools } from '../../governance/approvals/approve.ts';
import { FileApprovals, lostLine } from '../../governance/approvals/file-approvals.ts';
import type { Ledger } from '../../governance/approvals/ledger.ts';
import {
  type LedgerPlace,
  nameOfPlace,
  placesOf,
  selectServer,
  selectTools,
} from '../../governance/approvals/select-tools.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { describeArgumentIssue } from '../flag-issue.ts';
import { helpText } from '../help-text.ts';
import type { Terminal } from '../terminal.ts';
import { type Line, listJson, listLines, showJson, showLines } from './approvals-lines.ts';
import { type ApprovalsPlace, withApprovals } from './open-approvals.ts';

const OPTIONS = {
  server: { type: 'string' },
  json: { type: 'boolean' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const ACTIONS = ['list', 'show', 'approve', 'reject'] as const;
type Action = (typeof ACTIONS)[number];

/** What was asked for. */
interface Asked {
  readonly action: Action;
  /** As a person names them. */
  readonly tools: readonly string[];
  readonly server: string | undefined;
  readonly isJson: boolean;
}

/** `approvals list|show|approve|reject`: what is held, and what becomes of it; gives the exit code. */
export async function runApprovalsCommand(terminal: Terminal, args: readonly string[]): Promise<number> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrongUse(terminal, describeArgumentIssue(error, OPTIONS));
  }
  const { values, positionals } = parsed;
  if (values.help === true || positionals[0] === 'help') {
    terminal.print(helpText('approvals'));
    return 0;
  }
  const [word, ...tools] = positionals;
  const action = ACTIONS.find((each) => each === word);
  if (action === undefined) {
    const meant = nearest(word ?? '', ACTIONS);
    const wanted = 'say approvals list, show TOOL, approve TOOL or reject TOOL';
    return wrongUse(terminal, meant === undefined ? wanted : `there is no approvals ${word}; did you mean ${meant}?`);
  }
  const asked = { action, tools, server: values.server, isJson: values.json === true };
  const issue = issueOf(asked);
  if (issue !== undefined) {
    return wrongUse(terminal, issue);
  }
  const approvals = findApprovals(terminal, values.config);
  if (approvals === undefined) {
    return 2;
  }
  try {
    return await withApprovals(approvals, (opened) =>
      (action === 'list' || action === 'show' ? look : decide)(terminal, opened, asked),
    );
  } catch (error) {
    terminal.printError(`error: ${messageOf(error)}`);
    return 1;
  }
}

/** @returns `undefined` where it was said why there are none. */
function findApprovals(terminal: Terminal, configFile: string | undefined): ApprovalsPlace | undefined {
  const { issues, file, values, origins } = loadConfiguration({ env: terminal.env, configFile });
  const variableOf = (setting: string): string => origins[setting]?.variable ?? setting;
  const ofRedis = new Set(values.redisUrl && ['redisUrl', 'redisPassword'].map(variableOf));
  // What else is wrong in it says nothing about approvals.
  const unread = issues.find(
    ({ variable, severity }) => variable === file || (severity === 'fatal' && ofRedis.has(variable)),
  );
  const folder = stateFolderOf(values, terminal.env);
  if (unread !== undefined) {
    terminal.printError(issueLine(unread));
  } else if (folder === undefined) {
    wrongUse(terminal, 'there is no home to look in; name the state folder by DCC_MCP_STATE_DIR');
  } else {
    return { local: new FileApprovals(folder, (lost) => terminal.printError(lostLine(lost))), config: values };
  }
  return undefined;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
}

function issueOf({ action, tools, server, isJson }: Asked): string | undefined {
  if (action === 'list') {
    const [extra] = server === undefined ? tools : ['--server'];
    return extra === undefined ? undefined : `approvals list takes no ${extra}`;
  }
  if (action === 'show') {
    return server === undefined && tools.length === 1 ? undefined : 'approvals show takes one tool, as server/tool';
  }
  if (isJson) {
    return `approvals ${action} takes no --json`;
  }
  return (server === undefined) === (tools.length === 0)
    ? `approvals ${action} takes tools, as server/tool, or --server NAME`
    : undefined;
}

async function look(terminal: Terminal, approvals: Approvals, { action, tools, isJson }: Asked): Promise<number> {
  const ledger = await approvals.read();
  if (action === 'list') {
    return isJson ? printJson(terminal, listJson(ledger)) : printLines(terminal, listLines(ledger));
  }
  const found = findOne(ledger, tools[0] ?? '');
  if (!found.ok) {
    terminal.printError(`error: ${found.message}`);
    return 1;
  }
  return isJson ? printJson(terminal, showJson(found.place)) : printLines(terminal, showLines(found.place));
}

/** All of them or none: a name that is not known changes nothing. */
async function decide(terminal: Terminal, approvals: Approvals, asked: Asked): Promise<number> {
  const at = new Date().toISOString();
  let said: readonly string[] = [];
  let issue: string | undefined;
  await approvals.update((ledger) => {
    const selected = select(ledger, asked);
    if (!selected.ok) {
      issue = selected.message;
      return ledger;
    }
    said = selected.places.map(nameOfPlace);
    if (asked.action === 'reject') {
      return rejectTools(ledger, selected.places, at);
    }
    return asked.server === undefined
      ? approveTools(ledger, selected.places, at)
      : approveServer(ledger, selectServer(ledger, asked.server)?.name ?? '', at);
  });
  if (issue !== undefined) {
    terminal.printError(`error: ${issue}`);
    return 1;
  }
  const word = asked.action === 'approve' ? 'approved' : 'rejected';
  said.forEach((name) => terminal.print(`${word} ${name}`));
  return 0;
}

type Selected =
  | { readonly ok: true; readonly places: readonly LedgerPlace[] }
  | { readonly ok: false; readonly message: string };

function select(ledger: Ledger, { tools, server, action }: Asked): Selected {
  if (server !== undefined) {
    const known = selectServer(ledger, server);
    if (known === undefined) {
      const names = [...ledger.servers.keys()].join(', ');
      const others = names === '' ? 'none is known yet' : `there are ${names}`;
      return { ok: false, message: `there is no server ${server}; ${others}` };
    }
    const places = Array.from(known.tools.values(), (tool) => ({ server: known, tool }));
    return { ok: true, places: action === 'approve' ? places.filter(({ tool }) => tool.held.length > 0) : places };
  }
  const found = tools.map((meant) => findOne(ledger, meant));
  const failed = found.find(({ ok }) => !ok);
  return failed !== undefined && !failed.ok
    ? failed
    : { ok: true, places: found.flatMap((each) => (each.ok ? [each.place] : [])) };
}

type Found = { readonly ok: true; readonly place: LedgerPlace } | { readonly ok: false; readonly message: string };

function findOne(ledger: Ledger, meant: string): Found {
  const [place, ...others] = selectTools(ledger, meant);
  if (place === undefined) {
    const held = placesOf(ledger).filter(({ tool }) => tool.held.length > 0);
    const names = held.slice(0, 5).map(nameOfPlace).join(', ');
    return {
      ok: false,
      message: `there is no tool ${meant}; ${held.length === 0 ? 'nothing is held' : `held are ${names}`}`,
    };
  }
  const names = [place, ...others].map(nameOfPlace).join(', ');
  return others.length > 0 ? { ok: false, message: `${meant} may be ${names}` } : { ok: true, place };
}

function printJson(terminal: Terminal, answer: object): number {
  terminal.print(JSON.stringify(answer, undefined, 2));
  return 0;
}

/** In colour where a person reads them. */
function printLines(terminal: Terminal, lines: readonly Line[]): number {
  for (const line of lines) {
    if (terminal.sheet === undefined) {
      terminal.print(line.map(({ text }) => text).join(''));
    } else {
      terminal.sheet.print(...line);
    }
  }
  return 0;
}

function wrongUse(terminal: Terminal, issue: string): number {
  terminal.printError(`error: ${issue} (see dcc-mcp-gateway approvals --help)`);
  return 2;
}
