import type { BodyReading, HttpContext } from '@dcc-mcp/http-adapter';
import type { OperationError } from '../operations/frame/operation-error.ts';
import { exactBody } from '../operations/requests/exact-body.ts';
import { whyNotJson, withoutByteOrderMark } from '../protocol/json/bounded-json.ts';
import { RawJson } from '../protocol/json/raw-json.ts';

/** The body of a request, or what is wrong with it. */
export type JsonBody =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly error: OperationError };

/** A wrong body has no field to be corrected. */
const SEND_JSON = 'Send one JSON object in UTF-8 as the body.';

/** How many bytes a body may have. */
export interface BodyBounds {
  /** As the operator says, of any body. */
  readonly bodyLimitBytes: number;
  /** Of this one; absent: as any. */
  readonly maxBytes?: number;
}

/** Reads a body within its bounds; numbers keep their digits. */
export async function readJsonBody(http: HttpContext, bounds: BodyBounds): Promise<JsonBody> {
  const { bodyLimitBytes, maxBytes = Infinity } = bounds;
  const reading = await http.readBody(Math.min(bodyLimitBytes, maxBytes));
  if (!reading.ok) {
    return { ok: false, error: toBodyError(reading.reason, bounds) };
  }
  try {
    return { ok: true, body: exactBody(RawJson.read(withoutByteOrderMark(reading.text), 0)) };
  } catch (error) {
    return {
      ok: false,
      error: { kind: 'bad-request', message: `The body is ${whyNotJson(error)}`, recommendedNextAction: SEND_JSON },
    };
  }
}

type UnreadReason = Extract<BodyReading, { readonly ok: false }>['reason'];

function toBodyError(reason: UnreadReason, { bodyLimitBytes, maxBytes = Infinity }: BodyBounds): OperationError {
  const smaller = 'Send a smaller body';
  const errors: Readonly<Record<typeof reason, OperationError>> = {
    too_large: {
      kind: 'payload-too-large',
      message: `The body is larger than ${Math.min(bodyLimitBytes, maxBytes)} bytes`,
      recommendedNextAction:
        maxBytes <= bodyLimitBytes ? `${smaller}.` : `${smaller}, or have the operator raise server.bodyLimitBytes.`,
    },
    aborted: {
      kind: 'bad-request',
      message: 'The body broke off',
      recommendedNextAction: 'Send the whole request again.',
    },
    overloaded: {
      kind: 'not-ready',
      message: 'The gateway holds as many large bodies as it may; try again',
      recommendedNextAction: 'Wait a moment, then send the request again.',
    },
    stopping: {
      kind: 'not-ready',
      message: 'The gateway is shutting down, and the body has not come',
      recommendedNextAction: 'Send the request again once the gateway has started anew.',
    },
  };
  return errors[reason];
}
