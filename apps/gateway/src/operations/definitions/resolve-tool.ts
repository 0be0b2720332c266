import type { SlugResolution } from '../../catalog/catalog.ts';
import { isInstance, parseSlug } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { PolicyOperation } from '../../governance/policy.ts';
import type { HopFailure, Upstream } from '../../upstream/upstream.ts';
import { bootMillisLeft } from '../frame/boot-wait.ts';
import type { OperationCore, RunningOperation } from '../frame/core.ts';
import { checkOnTheWay, permissionsOf, type Refusal } from '../frame/govern.ts';
import type { Resolution } from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { namedRoute } from '../frame/route.ts';
import { errorOfFailure } from '../hops/hop.ts';

/** A tool and the upstream that has it. */
export interface ToolTarget {
  readonly record: ToolRecord;
  readonly upstream: Upstream;
}

const MAX_CANDIDATES = 5;

/**
 * Finds the tool a slug names. When its instance lives but does not list the tool, the list is asked for once more; the
 * server of what policy refuses is not started for it. What the frame asks of a tool that is found is not asked here.
 */
export function resolveTool(
  running: RunningOperation,
  operation: PolicyOperation,
  slug: string,
): Resolution<ToolTarget> | Promise<Resolution<ToolTarget>> {
  const { core } = running;
  const ofDcc = checkOnTheWay(running, operation, (permissions) => permissions.slug(slug));
  if (ofDcc !== undefined) {
    return refused(ofDcc, core, slug);
  }
  const first = core.catalog.resolve(slug);
  return first.kind === 'found'
    ? withUpstream(core, first.record, slug)
    : lookAgain(running, operation, { slug, first });
}

/** What is asked for, and why it was not found. */
interface Missed {
  readonly slug: string;
  readonly first: SlugResolution;
}

async function lookAgain(
  running: RunningOperation,
  operation: PolicyOperation,
  { slug, first }: Missed,
): Promise<Resolution<ToolTarget>> {
  const { core } = running;
  const upstream = core.upstreams.get(instanceOf(first));
  const isMeant = upstream !== undefined && slug.startsWith(`${upstream.settings.dccType}.`);
  const ofSkill =
    upstream?.settings.isLazy === true
      ? checkOnTheWay(running, operation, (permissions) => permissions.upstream(upstream))
      : undefined;
  if (ofSkill !== undefined) {
    return refused(ofSkill, core, slug);
  }
  const failure = isMeant ? await refresh(upstream, bootMillisLeft(running)) : undefined;
  const second = core.catalog.resolve(slug);
  if (second.kind === 'found') {
    return withUpstream(core, second.record, slug);
  }
  const route = namedRoute(core.catalog, slug);
  return failure === undefined
    ? { ok: false, error: notFound(running, slug, second.kind), route }
    : { ok: false, error: errorOfFailure(failure), route, failure };
}

function refused({ error, reason }: Refusal, core: OperationCore, slug: string): Resolution<ToolTarget> {
  return { ok: false, error, rejection: reason, route: namedRoute(core.catalog, slug) };
}

function withUpstream(core: OperationCore, record: ToolRecord, slug: string): Resolution<ToolTarget> {
  const upstream = core.upstreams.get(record.instanceId);
  if (upstream === undefined) {
    const message = `The instance of ${record.slug} has left`;
    return { ok: false, error: { kind: 'instance-offline', message }, route: namedRoute(core.catalog, slug) };
  }
  return { ok: true, target: { record, upstream }, record };
}

/** The instance a slug means, whose tools are not all known. */
function instanceOf(resolution: SlugResolution): string {
  if (resolution.kind === 'unknown_tool') {
    return resolution.instanceId;
  }
  return resolution.kind === 'unknown_instance' ? (resolution.parts.instanceId ?? resolution.parts.id8) : '';
}

/**
 * A lazy upstream starts here, as long as a call may take; one that is starting is waited for as long as a request may
 * wait for that; one that is known to be dead is not.
 */
async function refresh(upstream: Upstream, bootMillis: number): Promise<HopFailure | undefined> {
  const { settings, status } = upstream;
  const patience = settings.isLazy ? settings.timeoutMillis : Math.max(1, bootMillis);
  const failure = await upstream.connect(status.readiness === 'unreachable' ? 1 : patience);
  if (failure === undefined) {
    await upstream.refreshTools();
  }
  return failure;
}

function notFound(
  running: RunningOperation,
  slug: string,
  kind: 'ambiguous' | 'unknown_tool' | 'unknown_instance' | 'malformed',
): OperationError {
  const { core } = running;
  const permissions = permissionsOf(running);
  const isShown = (record: ToolRecord): boolean => permissions.shows(record);
  const candidates = core.toolSearch.nearest(slug, { limit: MAX_CANDIDATES, accepts: isShown });
  const near = candidates.length === 0 ? {} : { candidates };
  switch (kind) {
    case 'ambiguous': {
      const resolution = core.catalog.resolve(slug);
      const ids = resolution.kind === 'ambiguous' ? resolution.candidates : [];
      return {
        kind,
        message: `'${slug}' names tools of several instances; use the whole instance id`,
        candidates: ids,
      };
    }
    case 'unknown_tool':
      return { kind: 'unknown-slug', message: `'${slug}': the instance does not have this tool`, ...near };
    case 'unknown_instance':
      return { ...offline(core, slug), ...near };
    case 'malformed':
      return { kind: 'unknown-slug', message: `'${slug}' is no tool slug; a slug is <dcc>.<instance>.<tool>`, ...near };
    default:
      return kind satisfies never;
  }
}

/** An instance that has left is told apart from one that never was. */
function offline({ departed }: Pick<OperationCore, 'departed'>, slug: string): OperationError {
  const parts = parseSlug(slug);
  const left = departed().find(
    ({ dccType, instanceId }) => dccType === parts?.dccType && isInstance(instanceId, parts.instanceId ?? parts.id8),
  );
  return left === undefined
    ? { kind: 'instance-offline', detail: 'never-registered', message: `'${slug}': no such instance is registered` }
    : {
        kind: 'instance-offline',
        previousStatus: left.lastStatus,
        message: `'${slug}': the instance has left: ${left.reason}`,
      };
}
