import { headerText } from '@dcc-mcp/http-adapter';
import { type RequestHeaders, responseHeaders } from '@dcc-mcp/request-context';
import { jsonTextReply, type Reply } from '../../http/reply.ts';
import type { RouteRequest } from '../../http/route-table.ts';
import { jobPath, jobRow } from '../../operations/answers/job-answer.ts';
import { callOperation, type CallRequest } from '../../operations/definitions/call.ts';
import type { OperationContext } from '../../operations/frame/core.ts';
import type { ParsedRequest } from '../../operations/frame/operation-definition.ts';
import { runOperation } from '../../operations/frame/run-operation.ts';
import { CallJob } from '../../operations/jobs/call-job.ts';
import { startJob } from '../../operations/jobs/start-job.ts';
import { ASYNC } from '../../operations/requests/request-schemas.ts';
import { asObject, isJsonObject } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import type { RunOutcome } from '../rest-operation.ts';

/** RFC 7240, section 4.1; what stands behind it (`; wait=…`) changes nothing. */
const RESPOND_ASYNC = /(?:^|,)\s*respond-async\s*(?:[=;,]|$)/i;

/** Runs a call: to its end, or as a job where `meta` or the header `Prefer` asks for one. */
export async function runCall(
  input: ParsedRequest<CallRequest>,
  context: OperationContext,
  { body, route }: { readonly body: unknown; readonly route: RouteRequest },
): Promise<RunOutcome<RawJson>> {
  const wish = readWish(body, route.http.headers);
  if (!wish.ok) {
    const request = input.ok ? input.value : input.request;
    const refused = { ok: false, message: wish.message, ...(request === undefined ? {} : { request }) } as const;
    return { end: await runOperation(callOperation, input.ok ? refused : input, context) };
  }
  if (!wish.isAsync) {
    return { end: await runOperation(callOperation, input, context) };
  }
  const job = new CallJob(context.core, { owner: route.principal ?? '', isAsked: true });
  const started = await startJob({ job, request: input, context });
  return started.job === undefined
    ? { end: started.end }
    : { reply: accepted(jobRow(started.job.record, Date.now()), { context, id: started.job.record.id, ...wish }) };
}

type Wish =
  | { readonly ok: true; readonly isAsync: boolean; readonly isPreference: boolean }
  | { readonly ok: false; readonly message: string };

/** What the body says counts before the header, which is a wish. */
function readWish(body: unknown, headers: RequestHeaders): Wish {
  const meta = isJsonObject(body) ? asObject(body['meta']) : undefined;
  const said = meta?.[ASYNC];
  if (said !== undefined && typeof said !== 'boolean') {
    return { ok: false, message: `meta."${ASYNC}" must be true or false` };
  }
  const prefers = RESPOND_ASYNC.test(headerText(headers, 'prefer') ?? '');
  return { ok: true, isAsync: said ?? prefers, isPreference: prefers };
}

interface Accepted {
  readonly context: OperationContext;
  readonly id: string;
  readonly isPreference: boolean;
}

function accepted(job: RawJson, { context, id, isPreference }: Accepted): Reply {
  return jsonTextReply(job.text, 202, {
    ...responseHeaders(context.caller.ctx),
    location: jobPath(id),
    ...(isPreference ? { 'preference-applied': 'respond-async' } : {}),
  });
}
