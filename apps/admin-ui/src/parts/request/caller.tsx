import type { RowIdentity } from '@dcc-mcp/call-store';
import { t } from '../../text/text.ts';
import { type Fact, Facts } from '../value/facts.tsx';

const FIELDS = [
  'agent_name',
  'agent_id',
  'agent_kind',
  'agent_version',
  'agent_model',
  'agent_model_provider',
  'actor_id',
  'actor_name',
  'client_platform',
  'client_os',
  'client_host',
  'auth_subject',
  'source_ip',
  'session_id',
  'turn_id',
  'transport',
  'mcp_transport',
  'protocol_version',
] as const satisfies readonly (keyof RowIdentity)[];

/** Who called, and how far each word of it can be believed. */
export function Caller({ row }: { readonly row: RowIdentity }) {
  const facts = FIELDS.map((field): Fact => {
    const trust = Object.entries(row.attribution_trust).find(([name]) => name === field)?.[1];
    const value = row[field];
    return [
      field,
      value === undefined ? undefined : (
        <>
          {value} {trust !== undefined && <span class="soft">— {t(`trust.${trust}`)}</span>}
        </>
      ),
    ];
  });
  return <Facts facts={facts} />;
}
