import { nearest } from '@dcc-mcp/telemetry-config';

/** What `parseArgs` did not take, in one line that says what to do. */
export function describeArgumentIssue(error: unknown, options: Readonly<Record<string, unknown>>): string {
  const message = messageOf(error);
  const flag = /'(?:-\w, )?(--?[^\s'=]*)/.exec(message)?.[1] ?? '';
  if (message.startsWith('Unknown option')) {
    const known = Object.keys(options).map((name) => `--${name}`);
    const meant = nearest(flag, known);
    return `there is no flag ${flag}; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`;
  }
  if (message.includes('does not take')) {
    return `${flag} takes no value; write ${flag} alone`;
  }
  const example = message.includes('ambiguous') ? `; one that begins with a dash is written ${flag}=-…` : '';
  return flag === '' ? message : `${flag} needs a value${example}`;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
