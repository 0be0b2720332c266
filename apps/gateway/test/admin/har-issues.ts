// HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) as a schema: what has to be there, and of which type.
import { z } from 'zod';

const size = z.int().min(-1);
const comment = z.string().min(1).optional();
const pair = z.strictObject({ name: z.string(), value: z.string(), comment });
const millis = z.number().nonnegative();
/** -1 where it does not apply. */
const step = z.union([millis, z.literal(-1)]);
const date = z.iso.datetime({ offset: true });
const url = z.string().refine((text) => URL.canParse(text), 'no absolute URL');
const own = z.string().startsWith('_');

const page = z.strictObject({
  startedDateTime: date,
  id: z.string().min(1),
  title: z.string(),
  pageTimings: z.strictObject({ onContentLoad: step.optional(), onLoad: step.optional(), comment }),
  comment,
});

const request = z.strictObject({
  method: z.string().min(1),
  url,
  httpVersion: z.string().min(1),
  cookies: z.array(pair),
  headers: z.array(pair),
  queryString: z.array(pair),
  postData: z.strictObject({ mimeType: z.string(), text: z.string(), comment }).optional(),
  headersSize: size,
  bodySize: size,
  comment,
});

const response = z.strictObject({
  status: z.int().nonnegative(),
  statusText: z.string(),
  httpVersion: z.string().min(1),
  cookies: z.array(pair),
  headers: z.array(pair),
  content: z.strictObject({
    size: z.int().nonnegative(),
    compression: z.int().optional(),
    mimeType: z.string().min(1),
    text: z.string().optional(),
    encoding: z.string().optional(),
    comment,
  }),
  redirectURL: z.string(),
  headersSize: size,
  bodySize: size,
  comment,
});

const timings = z.strictObject({
  blocked: step.optional(),
  dns: step.optional(),
  connect: step.optional(),
  ssl: step.optional(),
  send: millis,
  wait: millis,
  receive: millis,
  comment,
});

/** Members of other names are a writer's own, and begin with an underscore. */
function open<Shape extends z.ZodRawShape>(shape: Shape): z.ZodType<z.infer<z.ZodObject<Shape>>> {
  return z
    .object(shape)
    .catchall(z.unknown())
    .refine(
      (value) => Object.keys(value).every((name) => name in shape || own.safeParse(name).success),
      'a member is none of HAR, and none of a writer',
    ) as never;
}

const entry = open({
  pageref: z.string().optional(),
  startedDateTime: date,
  time: millis,
  request,
  response,
  cache: z.strictObject({}),
  timings,
  comment,
});

const har = z.strictObject({
  log: z.strictObject({
    version: z.literal('1.2'),
    creator: z.strictObject({ name: z.string().min(1), version: z.string().min(1), comment }),
    pages: z.array(page).optional(),
    entries: z.array(entry),
    comment,
  }),
});

/** A HAR, as far as tests look at it. */
export interface Har {
  readonly log: {
    readonly pages: readonly { readonly id: string }[];
    readonly entries: readonly (z.infer<typeof entry> & { readonly _dcc_mcp: Readonly<Record<string, unknown>> })[];
    readonly comment: string;
  };
}

/** What is wrong with it; nothing of a good one. */
export function harIssues(value: unknown): readonly string[] {
  const reading = har.safeParse(value);
  if (!reading.success) {
    return reading.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  }
  const { entries, pages = [] } = reading.data.log;
  const ids = new Set(pages.map(({ id }) => id));
  const unknownPages = entries.flatMap(({ pageref: id }) =>
    id === undefined || ids.has(id) ? [] : `there is no page ${id}`,
  );
  const wrongSums = entries.flatMap(({ time, timings: parts }, index) =>
    Math.abs(time - sumOf(parts)) < 0.001 ? [] : `entry ${index}: ${time} ms are not the sum of its timings`,
  );
  const starts = entries.map(({ startedDateTime: at }) => Date.parse(at));
  const wrongOrder = starts.flatMap((at, index) =>
    index === 0 || starts[index - 1]! <= at ? [] : `entry ${index}: it began before the one before it`,
  );
  return [...unknownPages, ...wrongSums, ...wrongOrder];
}

/** `ssl` is a part of `connect`. */
function sumOf({ ssl: _ssl, comment: _comment, ...parts }: z.infer<typeof timings>): number {
  return Object.values(parts).reduce<number>((sum, part) => sum + Math.max(0, part ?? 0), 0);
}
