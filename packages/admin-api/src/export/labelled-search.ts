import type { SearchRow, SearchRowFollowUp } from '@dcc-mcp/call-store';

/** A search as a ranker is trained and tested with it. */
export interface LabelledSearch extends SearchRow {
  /** Absent, as are the other two, where no hit of the search was chosen. */
  readonly chosen_tool?: string;
  readonly chosen_rank?: number;
  /** Whether a call of it went well. */
  readonly chosen_success?: boolean;
}

type IsOf = (followUp: SearchRowFollowUp) => boolean;

const isCall: IsOf = ({ kind }) => kind === 'call';
const isGoodCall: IsOf = ({ kind, success }) => kind === 'call' && success;
/** What tells most of a choice first: a tool that is only described may be one of several that were compared. */
const TELLING: readonly IsOf[] = [isGoodCall, isCall, () => true];

/** The search with the hit that was chosen, its rank, and whether that went well. */
export function labelledSearch(search: SearchRow): LabelledSearch {
  const chosen = chosenOf(search);
  return chosen?.tool_slug === undefined || chosen.selected_rank === undefined
    ? search
    : {
        ...search,
        chosen_tool: chosen.tool_slug,
        chosen_rank: chosen.selected_rank,
        chosen_success: isGoodCall(chosen),
      };
}

/** Of several that tell as much, the one of the best rank. */
function chosenOf({ followups }: SearchRow): SearchRowFollowUp | undefined {
  const hits = followups.filter(({ selected_rank: rank }) => rank !== undefined);
  const most = TELLING.map((isTelling) => hits.filter(isTelling)).find(({ length }) => length > 0) ?? [];
  return most.toSorted((a, b) => Number(a.selected_rank) - Number(b.selected_rank))[0];
}
