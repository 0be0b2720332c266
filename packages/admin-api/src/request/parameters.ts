import { isRowId, type ListRequest, type RowFilter, type RowKind } from '@dcc-mcp/call-store';
import { nearestName, parseQuery, parseTime, QUERY_FIELDS, type QueryIssue } from '@dcc-mcp/call-store/query';
import { AdminRefusal } from './admin-request.ts';
import { ofInstance } from './of-instance.ts';

/** Rows of a page that asks for no number. */
const DEFAULT_LIMIT = 200;
/** Most rows of a page. */
const MAX_LIMIT = 10_000;
const WHOLE_NUMBER = /^\d{1,16}$/;

/** The query parameters of one request: each is known, is given once, and is right, or the request is refused. */
export class Parameters {
  readonly #query: URLSearchParams;

  /** @throws {AdminRefusal} When one is unknown, or given twice. */
  constructor(query: URLSearchParams, known: readonly string[]) {
    this.#query = query;
    for (const name of new Set(query.keys())) {
      if (!known.includes(name)) {
        throw unknown(name, known);
      }
      if (query.getAll(name).length > 1) {
        throw wrong(name, 'it is given more than once', 'give it once');
      }
    }
  }

  /** @throws {AdminRefusal} When anything is given. */
  static none(query: URLSearchParams): void {
    if (query.size > 0) {
      new Parameters(query, []).text('');
    }
  }

  /** A text that is not blank. */
  text(name: string): string | undefined {
    const text = this.#query.get(name)?.trim();
    return text === undefined || text === '' ? undefined : text;
  }

  /** @throws {AdminRefusal} When it is none of `choices`. */
  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    const found = choices.find((choice) => choice === text);
    if (text !== undefined && found === undefined) {
      throw wrong(name, `${quote(text)} is none of its values`, `use one of ${choices.join(', ')}`);
    }
    return found;
  }

  /** Values of a comma list, each once. @throws {AdminRefusal} When one is none of `choices`. */
  choices<const Choice extends string>(name: string, choices: readonly Choice[]): readonly Choice[] | undefined {
    const found = this.text(name)
      ?.split(',')
      .map((part) => {
        const choice = choices.find((each) => each === part.trim());
        if (choice === undefined) {
          throw wrong(name, `${quote(part)} is none of its values`, `use some of ${choices.join(', ')}`);
        }
        return choice;
      });
    return found && [...new Set(found)];
  }

  /** `true` or `false`. @throws {AdminRefusal} */
  flag(name: string): boolean {
    return this.choice(name, ['true', 'false']) === 'true';
  }

  /** @throws {AdminRefusal} When it is no whole number of 1 … 10,000. */
  limit(fallback = DEFAULT_LIMIT): number {
    return this.wholeNumber('limit', [1, MAX_LIMIT]) ?? fallback;
  }

  /** @throws {AdminRefusal} When it is no whole number from `min` to `max`. */
  wholeNumber(name: string, [min, max]: readonly [min: number, max: number]): number | undefined {
    const text = this.text(name);
    const value = text === undefined ? undefined : WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
    if (text !== undefined && value !== undefined && !(value >= min && value <= max)) {
      throw wrong(name, `${quote(text)} is out of range`, `use a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** A row id. @throws {AdminRefusal} */
  rowId(name: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && !isRowId(text)) {
      throw wrong(name, `${quote(text)} is no row_id`, 'use the next_cursor of the page before');
    }
    return text;
  }

  /** Milliseconds since the epoch; read as a time in `q` is. @throws {AdminRefusal} */
  time(name: string): number | undefined {
    const text = this.text(name);
    const at = text === undefined ? undefined : parseTime(text);
    if (text !== undefined && at === undefined) {
      throw wrong(name, `${quote(text)} is no time`, 'write it like 2026-01-31T12:00:00Z');
    }
    return at;
  }

  /** `since`, `until` and `q`. @throws {AdminRefusal} */
  filter(kind: keyof typeof QUERY_FIELDS): RowFilter {
    const times = this.#times();
    const text = this.text('q');
    const reading = text === undefined ? undefined : parseQuery(text, QUERY_FIELDS[kind]);
    if (reading?.ok === false) {
      throw wrongQuery(reading.issue);
    }
    return { ...times, ...(reading === undefined ? {} : { query: reading.query }) };
  }

  /** No row is of a time that ends before it begins: whoever asks for one means something else. */
  #times(): Pick<RowFilter, 'sinceMillis' | 'untilMillis'> {
    const sinceMillis = this.time('since');
    const untilMillis = this.time('until');
    if (sinceMillis !== undefined && untilMillis !== undefined && sinceMillis > untilMillis) {
      const problem = `${quote(this.text('since') ?? '')} is after until, ${quote(this.text('until') ?? '')}`;
      throw wrong('since', problem, 'give a time before until');
    }
    return {
      ...(sinceMillis === undefined ? {} : { sinceMillis }),
      ...(untilMillis === undefined ? {} : { untilMillis }),
    };
  }

  /** The same, and of what `instance` names. @throws {AdminRefusal} */
  filterOfInstance(kind: RowKind): RowFilter {
    const filter = this.filter(kind);
    const instance = this.text('instance');
    return instance === undefined ? filter : { ...filter, query: ofInstance(kind, instance, filter.query) };
  }

  /** One page of a list whose rows name where they come from. @throws {AdminRefusal} */
  pageOfInstance(kind: RowKind, fallbackLimit?: number): ListRequest {
    return { ...this.page(kind, fallbackLimit), ...this.filterOfInstance(kind) };
  }

  /** One page of a list. @throws {AdminRefusal} */
  page(kind: keyof typeof QUERY_FIELDS, fallbackLimit?: number): ListRequest {
    const cursor = this.rowId('cursor');
    return { ...this.filter(kind), limit: this.limit(fallbackLimit), ...(cursor === undefined ? {} : { cursor }) };
  }
}

/** The parameters of a list. */
export const PAGE_PARAMETERS = ['limit', 'cursor', 'since', 'until', 'q'] as const;
/** Those of a list whose rows name where they come from. */
export const ROW_PARAMETERS = [...PAGE_PARAMETERS, 'instance'] as const;

function unknown(name: string, known: readonly string[]): AdminRefusal {
  const nearest = nearestName(name, known);
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const all = known.length === 0 ? 'it takes no parameters' : `use ${known.join(', ')}`;
  return new AdminRefusal({
    status: 400,
    kind: 'bad-request',
    message: `${quote(name)} is no parameter here${meant}`,
    advice: `${all[0]?.toUpperCase() ?? ''}${all.slice(1)}.`,
    details: { parameter: name.slice(0, 64), ...(nearest === undefined ? {} : { nearest }) },
  });
}

/** A query that can't be read; it says where, and what may be meant. */
export function wrongQuery({ message, position, nearest }: QueryIssue): AdminRefusal {
  return new AdminRefusal({
    status: 400,
    kind: 'bad-request',
    message: `q: ${message}`,
    advice: `Correct the query at character ${position + 1}.`,
    details: { parameter: 'q', position, ...(nearest === undefined ? {} : { nearest }) },
  });
}

/** A parameter with a wrong value. */
export function wrong(name: string, problem: string, fix: string): AdminRefusal {
  return new AdminRefusal({
    status: 400,
    kind: 'bad-request',
    message: `${name}: ${problem}; ${fix}`,
    advice: `Correct the parameter ${name}.`,
    details: { parameter: name },
  });
}

const MAX_QUOTED = 64;

function quote(text: string): string {
  return `"${text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text}"`;
}
