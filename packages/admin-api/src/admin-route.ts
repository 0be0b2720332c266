import type { ZodType } from 'zod';
import type { AdminHandler } from './request/admin-request.ts';

/** One row of the table of routes: the same below `/admin/api` and below `/v1/debug`, except where it says otherwise. */
export interface AdminRoute {
  /** Behind the prefix: `traces/:id`. */
  readonly path: string;
  /** One sentence for the reference. */
  readonly summary: string;
  /** Query parameters it takes. */
  readonly parameters: readonly string[];
  /** What it answers; absent where that is no JSON. */
  readonly answer?: ZodType;
  readonly mediaType: string;
  /** What it answers where it is asked to, by media type. */
  readonly otherAnswers?: Readonly<Record<string, ZodType>>;
  readonly handler: AdminHandler;
  /** It tells of what is remembered, and nothing without that. */
  readonly tellsOfRows: boolean;
  /** It goes on for as long as somebody reads. */
  readonly isOpenEnded?: true;
  /** It stands below `/v1/debug` alone. */
  readonly isDebugOnly?: true;
}
