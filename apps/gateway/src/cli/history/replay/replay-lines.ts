import { type Line, plain } from '../show/print-lines.ts';
import { cutInside } from '../show/table-lines.ts';
import { durationOf, toneOf } from '../show/values.ts';
import { toExactJson } from './exact-json.ts';
import type { OutputDifference } from './output-difference.ts';

/** One side of the comparison. */
export interface ReplaySide {
  readonly request_id: string;
  readonly outcome: string;
  readonly duration_ms: number;
  /** What was wrong. */
  readonly error?: string | undefined;
}

/** What came of sending a call again. */
export interface Replay {
  readonly tool: string;
  readonly recorded: ReplaySide;
  readonly replayed: ReplaySide;
  readonly same_outcome: boolean;
  readonly output_differences: readonly OutputDifference[];
}

const MAX_SHOWN = 20;
/** Columns of a value where nobody says how wide a line may be. */
const VALUE_COLUMNS = 60;

/** The same of both sides in one line each, and where their outputs differ. */
export function replayLines(replay: Replay, width: number | undefined): readonly Line[] {
  const { tool, recorded, replayed, output_differences: differences } = replay;
  return [
    plain(`${tool}  ${recorded.request_id} → ${replayed.request_id}`),
    [
      { text: 'outcome   ' },
      { text: recorded.outcome, tone: toneOf(recorded.outcome) },
      { text: ' → ' },
      { text: replayed.outcome, tone: toneOf(replayed.outcome) },
      { text: replay.same_outcome ? '  the same' : '  differs', tone: replay.same_outcome ? 'quiet' : 'bad' },
    ],
    plain(`duration  ${durationOf(recorded.duration_ms)} → ${durationOf(replayed.duration_ms)}`),
    ...errorLines('was       ', recorded),
    ...errorLines('is        ', replayed),
    ...differenceLines(differences, width),
  ];
}

function errorLines(label: string, { error }: ReplaySide): readonly Line[] {
  return error === undefined ? [] : [[{ text: label }, { text: error, tone: 'bad' }]];
}

function differenceLines(differences: readonly OutputDifference[], width = VALUE_COLUMNS): readonly Line[] {
  if (differences.length === 0) {
    return [plain('output    the same')];
  }
  const shown = differences.slice(0, MAX_SHOWN);
  const left = differences.length - shown.length;
  return [
    plain(`output    differs in ${differences.length} ${differences.length === 1 ? 'place' : 'places'}`),
    ...shown.flatMap((difference) => placeLines(difference, width)),
    ...(left > 0 ? [plain(`  and ${left} more: --json has all`)] : []),
  ];
}

function placeLines({ path, recorded, replayed }: OutputDifference, width: number): readonly Line[] {
  return [plain(`  ${path || '.'}`), ...sideLine('-', recorded, width), ...sideLine('+', replayed, width)];
}

const INDENT = 6;

function sideLine(sign: string, value: unknown, width: number): readonly Line[] {
  const room = Math.max(width, VALUE_COLUMNS) - INDENT;
  return value === undefined ? [] : [plain(`    ${sign} ${cutInside(toExactJson(value), room)}`)];
}
