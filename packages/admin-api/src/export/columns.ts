import { identity } from '../schemas/identity-schema.ts';
import type { Columns } from './csv.ts';

/** What can be exported. */
export const EXPORT_KINDS = ['calls', 'traces', 'searches', 'workflows'] as const;
/** One of {@link EXPORT_KINDS}. */
export type ExportKind = (typeof EXPORT_KINDS)[number];

const IDENTITY = Object.keys(identity);
const ENDING = words('outcome success status');
const SIZES = words('input_bytes output_bytes input_tokens output_tokens');

/** Columns of the tables. Spans and previews are in JSON lines alone. */
export const COLUMNS: Readonly<Record<ExportKind, Columns>> = {
  calls: [
    ...IDENTITY,
    ...words('operation batch_index tool tool_label backend_tool dcc_type instance_id skill_name'),
    ...ENDING,
    ...words('error.kind error.message error.message_hash error.retryable'),
    ...words('duration_ms queue_ms gateway_ms upstream_ms retries'),
    ...SIZES,
    ...words('search.search_id search.selected_rank search.score search.rank_bucket'),
    ...words('policy.outcome policy.reason job_id'),
  ],
  traces: [
    ...IDENTITY,
    ...words('operation tool dcc_type instance_id'),
    ...ENDING,
    ...words('started_at total_ms span_count slowest_span_name slowest_span_ms is_slow'),
    ...SIZES,
    ...words('total_tokens subject item_count'),
  ],
  searches: [
    ...IDENTITY,
    ...words('search_id kind ranker_version index_generation query_preview query_hash filters'),
    ...words('total zero_results reformulation_of chosen_tool chosen_rank chosen_success first_success_ms'),
  ],
  workflows: [
    ...words('workflow_id group_kind title status started_at finished_at duration_ms step_count failed_steps'),
    ...words('agent.agent_id agent.agent_name correlation.session_id'),
    ...words('discovery.search_count discovery.zero_result_count discovery.reformulation_count'),
    ...words('discovery.selected_count discovery.best_selected_rank discovery.time_to_first_success_ms'),
  ],
};

function words(text: string): readonly string[] {
  return text.split(' ');
}
