/** Something that was to be filled in, and was not. */
export interface Placeholder {
  /** As it stands in the text, when that is a name alone: what else stands in it may be secret. */
  readonly shown: string;
  readonly fix: string;
}

/** The forms in which files and templates name a variable, and who fills each of them in. */
const FORMS: readonly (readonly [pattern: RegExp, fix: (name: string) => string])[] = [
  [
    /\$\((\w[\w.-]*)\)/,
    (name) =>
      `define ${name} above it in the same container: Kubernetes fills $(${name}) in only then, and nothing else does`,
  ],
  [
    /\$\{\s*(\w[\w.:-]*)[^}]*\}/,
    (name) =>
      `set ${name} where the variables of this process are written: files for --env-file and systemd fill in none`,
  ],
  [/\{\{-?\s*([\w.$ ]*?)\s*-?\}\}/, (name) => `render the template, or write the value of ${name || 'it'}`],
  // Two digits of a percent-encoding may stand before letters and another one.
  [
    /%(?![0-9A-Fa-f]{2})([A-Za-z_]\w*)%/,
    (name) => `write the value of ${name}: only a command line of Windows fills in %${name}%`,
  ],
];

/** What stands in `text` for a value that nobody has filled in; `undefined` when nothing does. */
export function findPlaceholder(text: string): Placeholder | undefined {
  for (const [pattern, fix] of FORMS) {
    const match = pattern.exec(text);
    if (match !== null) {
      const name = (match[1] ?? '').trim();
      const shown = match[0].length <= name.length + 8 ? match[0] : `a reference to ${name}`;
      return { shown, fix: fix(name) };
    }
  }
  return undefined;
}

/** The same in a URL: its host holds neither percent nor dollar sign, so that every form is meant. */
export function findPlaceholderInUrl(url: string): Placeholder | undefined {
  const host = /\/\/(?:[^/?#]*@)?([^/?#]*)/.exec(url)?.[1] ?? url;
  const [shown = '', windows, shell] = /%(\w+)%|\$(\w+)/.exec(host) ?? [];
  if (windows !== undefined) {
    return { shown, fix: `write the value of ${windows}: only a command line of Windows fills in ${shown}` };
  }
  return shell === undefined
    ? findPlaceholder(url)
    : { shown, fix: `write the value of ${shell}: only a shell fills in ${shown}` };
}
