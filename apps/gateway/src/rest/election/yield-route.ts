import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { authenticate, type AuthScheme, bearerAuth } from '@dcc-mcp/http-adapter/auth';
import { bearerTokens } from '../../config/load/secret-reader.ts';
import type { AuthConfig } from '../../config/reader/gateway-config.ts';
import { errorReply, jsonReply, type Reply } from '../../http/reply.ts';
import type { RouteRequest, RouteTable } from '../../http/route-table.ts';
import { httpStatusOfError, type OperationError } from '../../operations/frame/operation-error.ts';
import { parseBody } from '../../operations/requests/parse-request.ts';
import type { Challenger } from '../../registry/election/election-record.ts';
import { isNewer } from '../../registry/election/version-order.ts';
import { type BodyBounds, readJsonBody } from '../read-json-body.ts';
import { yieldBody } from './yield-schemas.ts';

const MAX_BODY_BYTES = 65_536;

/** What {@link yieldRoutes} works with. */
export interface YieldOptions {
  readonly version: string;
  readonly auth: AuthConfig;
  /** Bound of any body; of this one it is 64 KiB at most. */
  readonly bodyLimitBytes: number;
  /** What only the user who runs the gateway can read. */
  readonly secret: string;
  /** The challenger has proven that it may have the port; told before it is answered. */
  readonly onYield: (challenger: Challenger) => void;
  /** It is answered. */
  readonly onAnswered: () => void;
}

/** The route by which a newer gateway gets the port. The proof is looked at before the body: others learn nothing. */
export function yieldRoutes(options: YieldOptions): RouteTable {
  const schemes = proofs(options);
  return {
    'POST /gateway/yield': { guard: 'open', handler: (route) => answer(route, schemes, options) },
  };
}

/** The secret, and tokens that are scoped to no DCC type. */
function proofs({ auth, secret }: YieldOptions): readonly AuthScheme[] {
  const all = auth.tokens.filter(({ dccTypes }) => dccTypes.length === 0);
  return [bearerAuth(secret), ...all.map(({ token }) => bearerAuth(bearerTokens(token)))];
}

async function answer(
  route: RouteRequest,
  schemes: readonly AuthScheme[],
  { version, bodyLimitBytes, onYield, onAnswered }: YieldOptions,
): Promise<Reply> {
  const { http } = route;
  const proof = await authenticate(headerText(http.headers, 'authorization') ?? null, schemes);
  if (!proof.ok) {
    return errorReply({ kind: 'forbidden', message: PROVE_IT, recommendedNextAction: HOW_TO_PROVE }, 403, route);
  }
  const read = await readChallenger(http, { bodyLimitBytes, maxBytes: MAX_BODY_BYTES });
  if ('kind' in read) {
    return errorReply(read, httpStatusOfError(read), route);
  }
  if (!isNewer(read.version, version)) {
    const message = `This gateway has version ${version}, and ${read.version} is not newer`;
    return errorReply({ kind: 'bad-request', message, recommendedNextAction: USE_THIS_ONE }, 409, route);
  }
  onYield(read);
  http.onEnd(onAnswered);
  const said = `The gateway finishes its calls, then the port is free for version ${read.version}`;
  return jsonReply({ ok: true, handoff: 'draining', version, message: said });
}

const PROVE_IT = 'Only who runs the gateway may take its port';
const HOW_TO_PROVE =
  'Send "Authorization: Bearer SECRET" with what stands in gateway-PORT.secret of the state folder, or with a token for every DCC type.';
const USE_THIS_ONE = 'Use the gateway that runs, or stop it first.';

async function readChallenger(http: HttpContext, bounds: BodyBounds): Promise<Challenger | OperationError> {
  const reading = await readJsonBody(http, bounds);
  if (!reading.ok) {
    return reading.error;
  }
  const parsed = parseBody(yieldBody, reading.body);
  if (!parsed.ok) {
    return { kind: 'bad-request', message: parsed.message };
  }
  const { challenger_version: version, reason } = parsed.value;
  return { version, reason };
}
