// Every package explains itself the same way.
import { describe, expect, test } from '@jest/globals';
import { catalog, publicPackages, read } from './workspace.ts';

describe.each(publicPackages)('$name', ({ folder, manifest }) => {
  const readme = read(`${folder}/README.md`);

  test('its README begins with its name', () => {
    expect(readme.split('\n')[0]).toBe(`# ${manifest.name}`);
  });

  test.each(['Install', 'Example', 'Errors', 'Related'])('its README has a section %s', (section) => {
    expect(readme).toMatch(new RegExp(`^## ${section}\\b`, 'm'));
  });

  test('its install line names the OpenTelemetry set, and the tools beside it, that we build with', () => {
    const [, line = ''] = /^```sh\nnpm install ([^]*?)^```$/m.exec(readme) ?? [];
    const others = [...line.matchAll(/(?:^|\s)(@?[\w/-]+)@(\S+)/g)].map(([, name = '', version]) => ({
      name,
      version,
    }));
    expect(others.filter(({ name, version }) => catalog[name] !== version)).toEqual([]);
    const without = line.split(/[\s\\]+/).filter((word) => /^(?!@dcc-mcp\/)@?[\w/-]+$/.test(word));
    expect(without).toEqual([]);
  });

  test('the OpenTelemetry packages that its text names are of the set that we build with', () => {
    const named = [...readme.matchAll(/`(@opentelemetry\/[\w-]+)@([\w.]+)`/g)];
    expect(named.filter(([, name = '', version]) => catalog[name] !== version)).toEqual([]);
  });

  test('its example is, to the letter, the file it names; else: node scripts/docs-examples.mjs', () => {
    const [, path = '', code] = /<!-- example: (\S+) -->\n\n```js\n([^]*?)^```$/m.exec(readme) ?? [];
    expect(code).toBe(read(path));
  });
});
