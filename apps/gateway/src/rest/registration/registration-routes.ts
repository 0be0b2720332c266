import type { z } from '@hono/zod-openapi';
import { errorReply, jsonReply, type Reply } from '../../http/reply.ts';
import type { Route, RouteRequest, RouteTable } from '../../http/route-table.ts';
import { httpStatusOfError, type OperationError } from '../../operations/frame/operation-error.ts';
import { parseBody } from '../../operations/requests/parse-request.ts';
import { toInstanceShort } from '../../protocol/instance-id.ts';
import type { DepartedInstance } from '../../registry/events/instance-history.ts';
import type { HttpRegistry } from '../../registry/http/http-registry.ts';
import type { Registration } from '../../registry/http/registered-instances.ts';
import { heartbeatIntervalSecs } from '../../registry/table/staleness.ts';
import { type BodyBounds, readJsonBody } from '../read-json-body.ts';
import {
  DEFAULT_TTL_SECS,
  deregisterBody,
  heartbeatBody,
  type HeartbeatBody,
  registerBody,
  type RegisterBody,
} from './registration-schemas.ts';

/** A registration is a few short texts. */
const MAX_BODY_BYTES = 16_384;

/** The body of an answer, or why there is none. */
type Outcome = { readonly body: object } | { readonly error: OperationError };

/** What {@link registrationRoutes} work with. */
export interface RegistrationOptions {
  readonly registry: HttpRegistry;
  /** Instances that left, the last first. */
  readonly departed: () => readonly DepartedInstance[];
  readonly bodyLimitBytes: number;
}

/** Instances come, say that they live, and leave. */
export function registrationRoutes({ registry, departed, bodyLimitBytes }: RegistrationOptions): RouteTable {
  const route = routeMaker({ bodyLimitBytes, maxBytes: MAX_BODY_BYTES });
  const offline = (id: string): OperationError => notRegistered(id, departed());
  return {
    'POST /v1/instances/register': {
      ...route('register', registerBody, (body, request) => register(registry, body, request)),
      // An instance that this gateway took would be lost with it, and would not ask the one that comes after it.
      takes: 'entries',
    },
    'POST /v1/instances/heartbeat': route('heartbeat', heartbeatBody, async (body, request) => {
      const outcome = await heartbeat(registry, body, request);
      return outcome ?? { error: offline(body.instance_id) };
    }),
    'POST /v1/instances/deregister': route(
      'deregister',
      deregisterBody,
      async ({ instance_id: id, reason }, request) => {
        const instanceId = id.toLowerCase();
        const error = await whyNotTheirs(registry, id, { request, operation: 'deregister' });
        const wasThere = error === undefined && (await registry.deregister(instanceId, reason || undefined));
        return wasThere ? { body: named(instanceId) } : { error: error ?? offline(id) };
      },
    ),
  };
}

type Answer<Body> = (body: Body, request: RouteRequest) => Promise<Outcome>;

type RouteMaker = <Body>(operation: string, schema: z.ZodType<Body>, answer: Answer<Body>) => Route;

function routeMaker(bounds: BodyBounds): RouteMaker {
  return (operation, schema, answer) => {
    const run = async (request: RouteRequest): Promise<Outcome> => {
      const reading = await readJsonBody(request.http, bounds);
      if (!reading.ok) {
        return reading;
      }
      const parsed = parseBody(schema, reading.body);
      return parsed.ok ? answer(parsed.value, request) : { error: { kind: 'bad-request', message: parsed.message } };
    };
    return { guard: 'api', handler: async (request) => toReply(operation, await run(request), request) };
  };
}

function toReply(operation: string, outcome: Outcome, request: RouteRequest): Reply {
  return 'error' in outcome
    ? errorReply(outcome.error, statusOf(outcome.error), request)
    : jsonReply({ ok: true, success: true, operation, ...outcome.body });
}

/** Adapters register again when they are answered 404, whether their instance has left or never was. */
function statusOf(error: OperationError): number {
  return error.kind === 'instance-offline' ? 404 : httpStatusOfError(error);
}

async function register(registry: HttpRegistry, body: RegisterBody, request: RouteRequest): Promise<Outcome> {
  const told = toRegistration(body, request);
  const denied = outOfScope(told.dccType, { request, operation: 'register' });
  const error = denied ?? (await whyNotTheirs(registry, told.instanceId, { request, operation: 'register' }));
  if (error !== undefined) {
    return { error };
  }
  const result = await registry.register(told);
  if (!result.ok) {
    return { error: result.refusal };
  }
  const { instanceId, ttlSecs, registeredAt } = result.instance;
  return {
    body: {
      ...named(instanceId),
      updated: result.isUpdate,
      registered_at: new Date(registeredAt).toISOString(),
      ttl_secs: ttlSecs,
      heartbeat_interval_secs: heartbeatIntervalSecs(ttlSecs),
    },
  };
}

/** @returns `undefined` where no such instance is registered. */
async function heartbeat(
  registry: HttpRegistry,
  body: HeartbeatBody,
  request: RouteRequest,
): Promise<Outcome | undefined> {
  const { instance_id: id, scene, capabilities_fingerprint: capabilitiesFingerprint } = body;
  const error = await whyNotTheirs(registry, id, { request, operation: 'heartbeat' });
  if (error !== undefined) {
    return { error };
  }
  const instance = await registry.heartbeat(id.toLowerCase(), {
    ...(scene ? { scene } : {}),
    ...(capabilitiesFingerprint ? { capabilitiesFingerprint } : {}),
  });
  return (
    instance && {
      body: { ...named(instance.instanceId), heartbeat_interval_secs: heartbeatIntervalSecs(instance.ttlSecs) },
    }
  );
}

/** Upper case in ids and types means the same as lower case; an empty text is none. */
function toRegistration(body: RegisterBody, { ctx, principal }: RouteRequest): Registration {
  return {
    instanceId: body.instance_id.toLowerCase(),
    dccType: body.dcc_type.toLowerCase(),
    mcpUrl: body.mcp_url,
    ttlSecs: body.ttl_secs ?? DEFAULT_TTL_SECS,
    scene: body.scene || undefined,
    adapterVersion: body.adapter_version || undefined,
    capabilitiesFingerprint: body.capabilities_fingerprint || undefined,
    peer: ctx?.sourceIp,
    owner: principal,
  };
}

interface Asked {
  readonly request: RouteRequest;
  readonly operation: string;
}

/** A credential reaches the instances of its dcc types alone. */
async function whyNotTheirs(registry: HttpRegistry, id: string, asked: Asked): Promise<OperationError | undefined> {
  const dccType = asked.request.scope === undefined ? undefined : await registry.dccTypeOf(id.toLowerCase());
  return dccType === undefined ? undefined : outOfScope(dccType, asked);
}

function outOfScope(dccType: string, { request: { scope = [] }, operation }: Asked): OperationError | undefined {
  if (scope.length === 0 || scope.includes(dccType.toLowerCase())) {
    return undefined;
  }
  const message = `dcc_scope_mismatch: the credential is for ${scope.join(', ')}; ${dccType} is out of its scope`;
  return { kind: 'policy-denied', message, policy: { outcome: 'denied', reason: 'dcc-scope', operation, message } };
}

function named(instanceId: string): { readonly instance_id: string; readonly instance_short: string } {
  return { instance_id: instanceId, instance_short: toInstanceShort(instanceId) };
}

/** An instance that has left is told apart from one that never was; what to do is the same. */
function notRegistered(id: string, departed: readonly DepartedInstance[]): OperationError {
  const left = departed.find(({ instanceId }) => instanceId === id.toLowerCase());
  return {
    kind: 'instance-offline',
    recommendedNextAction: 'Register the instance again.',
    ...(left === undefined
      ? { detail: 'never-registered', message: `No instance ${id} is registered` }
      : { previousStatus: left.lastStatus, message: `The instance ${id} has left: ${left.reason}` }),
  };
}
