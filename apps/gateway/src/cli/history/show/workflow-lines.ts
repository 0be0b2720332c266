import type { Workflow, WorkflowStep } from '@dcc-mcp/call-store/analytics';
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
    ...bad.map(failedLine),
  ];
}

function failedLine({ kind, tool, title, outcome, request_id: id }: WorkflowStep): Line {
  const what = kind === 'call' && tool !== undefined ? tool : title;
  return [{ text: '  ' }, { text: outcome, tone: 'bad' }, { text: `  ${what}  ${id}` }];
}
