import type { TraceDetail } from '@dcc-mcp/call-store';
import { apiUrl, ask, gatewayUrl } from '../../api/client.ts';
import { t } from '../../text/text.ts';
import { Menu } from '../menu/menu.tsx';
import { copyText } from '../value/copy.tsx';
import { told } from '../value/told.ts';
import { toOtlpJson } from './otlp-json.ts';
import { toCurl, toJsonRpc, toReplayCommand } from './request-forms.ts';

/** A request in every form that somebody pastes somewhere. */
export function CopyMenu({ trace }: { readonly trace: TraceDetail }) {
  const forms = [
    ['cURL', () => toCurl(trace, gatewayUrl())],
    ['JSON-RPC', () => toJsonRpc(trace)],
    ['OTLP JSON', () => JSON.stringify(toOtlpJson(trace), undefined, 2)],
    [t('copy.packet'), () => packetOf(trace.row_id)],
    [t('copy.replay'), () => toReplayCommand(trace)],
    [t('copy.traceId'), () => trace.trace_id],
    [t('copy.requestId'), () => trace.request_id],
  ] as const;
  return (
    <Menu label={t('copy.menu')}>
      {forms.map(([label, make]) => (
        <button key={label} type="button" onClick={() => void told(async () => copyText(await make()))}>
          {label}
        </button>
      ))}
    </Menu>
  );
}

/** What an agent is given to go on with: no payload, 4 KiB at most. */
async function packetOf(id: string): Promise<string> {
  const url = apiUrl(`agent-traces/${encodeURIComponent(id)}`, {}, 'debug');
  const { answer } = await ask<object>(url, AbortSignal.timeout(10_000));
  return JSON.stringify(answer, undefined, 2);
}
