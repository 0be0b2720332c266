import type { Workflow, WorkflowStep } from '@dcc-mcp/call-store/analytics';
import { quotedWord } from '../../banner/typed-command.ts';
import { type Line, plain } from './print-lines.ts';
import { durationOf, timeOf, toneOf } from './values.ts';

const STATUS_WIDTH = 'completed'.length;
const DURATION_WIDTH = 8;
const MAX_FAILED = 3;

/** What an agent did in one go: a line, what it was about, and its newest failed steps with their request ids. */
export function workflowLines(workflow: Workflow): readonly Line[] {
  const { status, started_at: start, duration_ms: millis, step_count: count, failed_steps: failed, steps } = workflow;
  const who = workflow.agent.agent_name ?? workflow.agent.agent_id;
  const bad = steps.filter((step) => step.status === 'err').slice(-MAX_FAILED);
  return [
    [
      { text: `${timeOf(start)}  ` },
      { text: status.padEnd(STATUS_WIDTH), tone: toneOf(status) },
      { text: `  ${durationOf(millis).padStart(DURATION_WIDTH)}  ${count} ${count === 1 ? 'step' : 'steps'}` },
      { text: failed === 0 ? '' : `, ${failed} failed`, tone: 'bad' },
      { text: who === undefined ? '' : `  by ${who}` },
    ],
    plain(`  ${workflow.title}`),
    ...moreLines(workflow, failed - bad.length),
    ...bad.map(failedLine),
  ];
}

/** How many failed steps are not shown, and the command that lists all of them. */
function moreLines(workflow: Workflow, more: number): readonly Line[] {
  return more <= 0 ? [] : [plain(`  ${more} more failed; all of them: dcc-mcp-gateway ${listing(workflow)}`)];
}

function listing({ failed_steps: failed, ...workflow }: Workflow): string {
  const rows = rowsOf(workflow);
  return rows === undefined
    ? `workflows --q ${quotedWord(term('workflow_id', workflow.workflow_id))} --json`
    : `traces --q ${quotedWord(`${rows} success=false operation!=call_batch`)} --limit ${failed}`;
}

/** What asks for the rows of a workflow; nothing does of a chain of requests, whose ids are too many for a query. */
function rowsOf({
  workflow_id: id,
  group_kind: kind,
  correlation,
}: Omit<Workflow, 'failed_steps'>): string | undefined {
  const { session_id: session = '', trace_ids: traces } = correlation;
  switch (kind) {
    case 'turn':
      return `${term('session_id', session)} ${term('turn_id', id.slice(`turn:${session}:`.length))}`;
    case 'session':
      return `${term('session_id', session)} turn_id!~""`;
    case 'trace':
      return term('trace_id', traces[0] ?? '');
    case 'request':
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** A condition of a query. */
function term(field: string, value: string): string {
  return `${field}=${/^[\w:.-]+$/.test(value) ? value : JSON.stringify(value)}`;
}

function failedLine({ kind, tool, title, outcome, request_id: id }: WorkflowStep): Line {
  const what = kind === 'call' && tool !== undefined ? tool : title;
  return [{ text: '  ' }, { text: outcome, tone: 'bad' }, { text: `  ${what}  ${id}` }];
}
