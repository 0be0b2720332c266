import type { SkillRecord } from '../../catalog/skill-record.ts';
import { asList, type JsonValue } from '../../protocol/json-rpc.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { RunningOperation } from '../frame/core.ts';
import { type OperationError, outcomeOfError } from '../frame/operation-error.ts';
import { callUpstreamTool } from '../hops/call-upstream-tool.ts';
import { recordExchange } from '../hops/record-exchange.ts';

/** Which skills to load, as the caller says it. */
export interface LoadSkillRequest {
  readonly skillNames: readonly string[];
  /** Where several instances have a skill of that name. */
  readonly instanceId: string | undefined;
  readonly dccType: string | undefined;
  /** Whether a dcc-mcp-core host activates the groups of the skill, too; default true. */
  readonly activateGroups: boolean | undefined;
  /** `unload` undoes a load, where the host can. */
  readonly action: 'load' | 'unload';
}

interface SkillTarget {
  readonly skill: SkillRecord;
  readonly upstream: Upstream;
}

/** How long calls on their way may keep a server from being stopped. */
const UNLOAD_MILLIS = 10_000;

interface Loading {
  readonly error?: OperationError | undefined;
  /** True where something was loaded all the same. */
  readonly isPartial?: boolean;
}

/** Loads or unloads one skill where it lives: a lazy upstream is started and stopped, a dcc-mcp-core host is asked. */
export async function loadAtUpstream(
  { skill, upstream }: SkillTarget,
  request: LoadSkillRequest,
  running: RunningOperation,
): Promise<Loading> {
  if (skill.kind === 'dcc-mcp-core') {
    return loadAtHost({ skill, upstream }, request, running);
  }
  if (request.action === 'unload' && skill.kind === 'lazy-upstream') {
    const isUnloaded = await upstream.unload(UNLOAD_MILLIS);
    const message = `Calls are still on their way to ${skill.name}; unload it once they have ended`;
    return { error: isUnloaded ? undefined : { kind: 'host-busy', message } };
  }
  if (request.action === 'unload') {
    const message = `The skill '${skill.name}' can't be unloaded: its host has no way to`;
    return {
      error: { kind: 'bad-request', message, recommendedNextAction: 'Leave it loaded; its tools can be called.' },
    };
  }
  return startAtUpstream(upstream, running);
}

async function startAtUpstream(upstream: Upstream, { core, span }: RunningOperation): Promise<Loading> {
  const failure = await upstream.connect(upstream.settings.timeoutMillis);
  if (failure === undefined) {
    return {};
  }
  const { kind, message } = failure;
  const outcome = outcomeOfError({ kind, message });
  const ended = { method: 'initialize', outcome, failure, sentAt: undefined, span: span.spanContext };
  recordExchange(core, upstream, ended);
  return { error: { kind, message } };
}

/** A host that answers with a failure may have loaded a part: its list says what there is. */
async function loadAtHost(
  { skill, upstream }: SkillTarget,
  { action, activateGroups }: LoadSkillRequest,
  running: RunningOperation,
): Promise<Loading> {
  const groups = action === 'unload' ? {} : { activate_groups: activateGroups ?? true };
  const args = { skill_name: skill.name, ...groups };
  const { answer, error } = await callUpstreamTool(upstream, { name: `${action}_skill`, args, running });
  const registered = textsOf(answer['registered_tools']).filter((name) => name.length <= MAX_NAME_LENGTH);
  if (registered.length > 0) {
    running.core.catalog.assignSkill(skill.instanceId, skill.name, registered);
  }
  await upstream.refreshTools();
  const isPartial = action === 'load' && registered.length > 0;
  const told = textsOf(answer['errors']).join('; ');
  const isRefused = answer[`${action}ed`] === false;
  if (error === undefined && told === '' && !isRefused) {
    return {};
  }
  const message = told === '' ? `The host has not ${action}ed ${skill.name}` : told.slice(0, MAX_MESSAGE);
  return { isPartial, error: error !== undefined && told === '' ? error : { kind: 'tool-error', ...error, message } };
}

/** Characters of a tool's name; a tools list has none that is longer either. */
const MAX_NAME_LENGTH = 512;
/** A host's own words are shown up to this length. */
const MAX_MESSAGE = 500;

function textsOf(list: JsonValue | undefined): readonly string[] {
  return asList(list).filter((item) => typeof item === 'string');
}
