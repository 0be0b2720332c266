/** Which events. */
export interface SessionEventsRead {
  /** Events with a greater id alone. Default 0: from the oldest on. */
  readonly cursor?: number;
  /** Most events of the answer, 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** How long to wait for an event where there is none yet, 0 to 60,000 milliseconds. Default 0. */
  readonly waitMs?: number;
}

/** What a URI asks for, or why it asks for nothing. */
export type SessionEventsUriReading =
  | { readonly ok: true; readonly instanceId: string; readonly read: SessionEventsRead }
  | { readonly ok: false; readonly message: string };

const PARAMETERS = ['cursor', 'limit', 'waitMs'] as const;
type Parameter = (typeof PARAMETERS)[number];

const RANGES: Readonly<Record<Parameter, readonly [min: number, max: number]>> = {
  cursor: [0, Number.MAX_SAFE_INTEGER],
  limit: [1, 1000],
  waitMs: [0, 60_000],
};

/** What is wrong with a read, in one sentence; `undefined` when nothing is. */
export function issueOfRead(read: SessionEventsRead): string | undefined {
  const wrong = PARAMETERS.find((name) => read[name] !== undefined && !isInRange(name, read[name]));
  return wrong === undefined ? undefined : describe(wrong, String(read[wrong]));
}

function isInRange(name: Parameter, value: number): boolean {
  const [min, max] = RANGES[name];
  return Number.isSafeInteger(value) && value >= min && value <= max;
}

function describe(name: Parameter, given: string): string {
  const [min, max] = RANGES[name];
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return `${name} must be a whole number ${range}, got "${given.slice(0, 64)}"`;
}

const PREFIX = 'events://session/';

/** The address of the events of an instance. */
export function toSessionEventsUri(instanceId: string): string {
  return `${PREFIX}${encodeURIComponent(instanceId)}`;
}

/** Reads `events://session/{instance_id}?cursor=0&limit=100&waitMs=0`; a parameter that is wrong, unknown or repeated is refused. */
export function parseSessionEventsUri(uri: string): SessionEventsUriReading {
  const [path = '', query = ''] = splitOnce(uri, '?');
  const instanceId = path.startsWith(PREFIX) ? decode(path.slice(PREFIX.length)) : undefined;
  if (instanceId === undefined || instanceId === '') {
    return { ok: false, message: `the address must be ${PREFIX}<instance id>, got "${uri.slice(0, 128)}"` };
  }
  const read: { -readonly [P in Parameter]?: number } = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const parameter = PARAMETERS.find((each) => each === name);
    if (parameter === undefined) {
      return { ok: false, message: `unknown parameter "${name.slice(0, 64)}"; known: ${PARAMETERS.join(', ')}` };
    }
    if (read[parameter] !== undefined) {
      return { ok: false, message: `${parameter} is given more than once` };
    }
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!isInRange(parameter, value)) {
      return { ok: false, message: describe(parameter, text) };
    }
    read[parameter] = value;
  }
  return { ok: true, instanceId, read };
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
