import { errorEnvelope, readRequestContext, type RequestContext, responseHeaders } from '@dcc-mcp/request-context';
import { OPERATION_DESCRIBE, OPERATION_SEARCH, type ResponseSurface } from '@dcc-mcp/semantic-conventions';
import { jsonReply, operationReply, type Reply, withHeader } from '../http/reply.ts';
import type { Route, RouteHandler, RouteRequest } from '../http/route-table.ts';
import type { Caller, OperationContext, OperationCore } from '../operations/frame/core.ts';
import type { OperationDefinition, OperationEnd, ParsedRequest } from '../operations/frame/operation-definition.ts';
import { httpStatusOfError, type OperationError } from '../operations/frame/operation-error.ts';
import { runOperation } from '../operations/frame/run-operation.ts';
import { isJsonObject } from '../protocol/json-rpc.ts';
import { readJsonBody } from './read-json-body.ts';

/** One workflow operation as a route serves it. */
export interface RestOperation<Request, Target, Value> {
  readonly definition: OperationDefinition<Request, Target, Value>;
  /** What the size of the answer is counted as; absent: not counted. */
  readonly surface?: ResponseSurface;
  /** Reads the request where it is not the body alone; absent: the definition reads the body. */
  parse?(body: unknown, route: RouteRequest): ParsedRequest<Request>;
  /** Runs it where that is not all: an answer of its own, or its end. Absent: the operation is run to its end. */
  run?(
    input: ParsedRequest<Request>,
    context: OperationContext,
    of: { readonly body: unknown; readonly route: RouteRequest },
  ): Promise<RunOutcome<Value>>;
  /** The answer; absent: the value itself. */
  reply?(end: OperationEnd<Value> & { readonly value: Value }, ctx: RequestContext): Reply;
}

/** An answer that says all, or how the operation ended. */
export type RunOutcome<Value> =
  | { readonly reply: Reply; readonly end?: undefined }
  | { readonly end: OperationEnd<Value> };

/** The {@link RestOperation} of a definition. */
export type RestOperationOf<Definition> =
  Definition extends OperationDefinition<infer Request, infer Target, infer Value>
    ? RestOperation<Request, Target, Value>
    : never;

/** A request whose body, where it has one, is read. */
interface ReadRequest {
  readonly body: unknown;
  readonly caller: Caller;
  readonly route: RouteRequest;
}

/** The routes of operations, bound to what they work with. */
export class RestOperations {
  readonly #core: OperationCore;
  readonly #bodyLimitBytes: number;

  constructor(core: OperationCore, bodyLimitBytes: number) {
    this.#core = core;
    this.#bodyLimitBytes = bodyLimitBytes;
  }

  get<Request, Target, Value>(operation: RestOperation<Request, Target, Value>): Route {
    return this.#route(operation, (route) => {
      const caller = this.#caller(route, undefined);
      return this.#serve(operation, { body: undefined, caller, route });
    });
  }

  /** What is no JSON never reaches an operation, and is counted nowhere. */
  post<Request, Target, Value>(operation: RestOperation<Request, Target, Value>): Route {
    return this.#route(operation, async (route) => {
      const reading = await readJsonBody(route.http, { bodyLimitBytes: this.#bodyLimitBytes });
      if (!reading.ok) {
        return failure(reading.error, this.#caller(route, undefined).ctx);
      }
      const { body } = reading;
      return this.#serve(operation, { body, caller: this.#caller(route, body), route });
    });
  }

  #route(
    {
      surface,
      definition,
    }: { readonly surface?: ResponseSurface; readonly definition: { readonly operation: string } },
    answer: RouteHandler,
  ): Route {
    const { recorder } = this.#core;
    const handler: RouteHandler = async (route) => {
      const reply = await answer(route);
      if (surface !== undefined) {
        recorder.record({ kind: 'answer', surface, bytes: Number(reply.headers['content-length']) });
      }
      return reply;
    };
    const isReading = definition.operation === OPERATION_SEARCH || definition.operation === OPERATION_DESCRIBE;
    return { guard: 'api', takes: 'work', needs: isReading ? 'mcp:read' : 'mcp:call', handler };
  }

  async #serve<Request, Target, Value>(
    operation: RestOperation<Request, Target, Value>,
    { body, caller, route }: ReadRequest,
  ): Promise<Reply> {
    const { ctx } = caller;
    const { definition } = operation;
    const input = operation.parse?.(body, route) ?? definition.parse(body);
    const context = { core: this.#core, caller };
    const ran = await operation.run?.(input, context, { body, route });
    if (ran !== undefined && 'reply' in ran && ran.end === undefined) {
      return ran.reply;
    }
    const end = ran?.end ?? (await runOperation(definition, input, context));
    const { value, error } = end;
    if (value === undefined) {
      return failure(error ?? { kind: 'internal', message: 'No answer and no error' }, ctx);
    }
    return operationReply(
      operation.reply?.({ ...end, value }, ctx) ?? jsonReply(value, 200, responseHeaders(ctx)),
      ctx,
    );
  }

  #caller({ http, authSubject, scope, user }: RouteRequest, body: unknown): Caller {
    const meta = isJsonObject(body) ? body['meta'] : undefined;
    const { headers, peerAddress } = http;
    const ctx = readRequestContext(
      {
        transport: 'rest',
        headers,
        ...(meta === undefined ? {} : { meta }),
        ...(body === undefined ? {} : { body }),
        ...(peerAddress === undefined ? {} : { peerAddress }),
        ...(authSubject === undefined ? {} : { authSubject }),
      },
      this.#core.contextSettings,
    );
    const facts = { networkTransport: 'tcp' } as const;
    const receivedAt = this.#core.now();
    const rights = { ...(scope === undefined ? {} : { scope }), ...(user === undefined ? {} : { user }) };
    return { ctx, receivedAt, isGone: () => http.isGone(), facts, ...rights };
  }
}

/** The error envelope with its status. */
function failure(error: OperationError, ctx: RequestContext): Reply {
  const status = httpStatusOfError(error);
  const reply = operationReply(jsonReply(errorEnvelope(error, ctx), status, responseHeaders(ctx)), ctx);
  const { retryAfterSeconds } = error;
  return retryAfterSeconds === undefined ? reply : withHeader(reply, 'retry-after', String(retryAfterSeconds));
}
