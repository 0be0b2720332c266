import type { AdminRoute } from '../admin-route.ts';
import type { AdminRoutesOptions } from '../admin-sources.ts';
import { AdminRefusal, jsonAnswer } from '../request/admin-request.ts';
import { Parameters } from '../request/parameters.ts';
import { outputAnswer } from '../schemas/event-schema.ts';

const PARAMETERS = ['cursor', 'limit'] as const;
/** As `events://session/{id}` has them. */
const DEFAULT_LINES = 100;
const MAX_LINES = 1_000;
const MAX_SHOWN_ID = 128;

/** What an instance wrote, behind a cursor. */
export function outputRoute({ sources }: AdminRoutesOptions): AdminRoute {
  return {
    path: 'instances/:id/output',
    summary: 'What one instance wrote, line by line, oldest first, behind a cursor; also of one that has ended.',
    parameters: PARAMETERS,
    answer: outputAnswer,
    mediaType: 'application/json',
    tellsOfRows: false,
    handler: async ({ params, query }) => {
      const parameters = new Parameters(query, PARAMETERS);
      const cursor = parameters.wholeNumber('cursor', [0, Number.MAX_SAFE_INTEGER]) ?? 0;
      const limit = parameters.wholeNumber('limit', [1, MAX_LINES]) ?? DEFAULT_LINES;
      const id = params['id'] ?? '';
      const page = await sources.outputOf?.(id, { cursor, limit });
      if (page === undefined) {
        throw unknownInstance(id);
      }
      return jsonAnswer(page);
    },
  };
}

function unknownInstance(id: string): AdminRefusal {
  const shown = id.slice(0, MAX_SHOWN_ID);
  return new AdminRefusal({
    status: 404,
    kind: 'unknown-instance',
    message: `No instance "${shown}" is here, and no output of it is retained`,
    advice: 'List the instances and use an id from there.',
    details: { looked_for: shown, looked_in: 'instances' },
  });
}
