// A request in every form that somebody pastes somewhere.
import type { RowIdentity, TraceDetail } from '@dcc-mcp/call-store';
import { apiUrl, ask, gatewayUrl } from '../../api/client.ts';
import { t } from '../../text/text.ts';
import { toOtlpJson } from './otlp-json.ts';
import { toCurl, toJsonRpc, toReplayCommand } from './request-forms.ts';

/** A form by its name; it is made when it is asked for. */
export type CopyForm = readonly [label: string, make: () => string | Promise<string>];

/** The forms of a request; `read` gives its trace for those that a row is not enough for. */
export function copyForms(row: RowIdentity, read: () => Promise<TraceDetail>): readonly CopyForm[] {
  return [
    ['cURL', async () => toCurl(await read(), gatewayUrl())],
    ['JSON-RPC', async () => toJsonRpc(await read())],
    ['OTLP JSON', async () => JSON.stringify(toOtlpJson(await read()), undefined, 2)],
    [t('copy.packet'), () => packetOf(row.row_id)],
    [t('copy.replay'), () => toReplayCommand(row, gatewayUrl())],
    [t('copy.traceId'), () => row.trace_id],
    [t('copy.requestId'), () => row.request_id],
  ];
}

/** What an agent is given to go on with: no payload, 4 KiB at most. */
async function packetOf(id: string): Promise<string> {
  const url = apiUrl(`agent-traces/${encodeURIComponent(id)}`, {}, 'debug');
  const { answer } = await ask<object>(url, AbortSignal.timeout(10_000));
  return JSON.stringify(answer, undefined, 2);
}
