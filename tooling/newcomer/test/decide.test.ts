// What each block of a document is: nothing that a reader types or copies is passed over in silence.
import { describe, expect, test } from '@jest/globals';
import { isLongRunning, toCommands } from '../src/decide/commands.ts';
import { decide, type Plan } from '../src/decide/plan.ts';
import { readBlocks } from '../src/read/blocks.ts';

const fence = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\`\n`;

/** The plans of a document, those for mere names left out. */
function plansOf(markdown: string): readonly Plan[] {
  return readBlocks('page.md', markdown)
    .map(decide)
    .filter(({ kind }) => kind !== 'prose');
}

describe('a shell block', () => {
  test('is its command lines, with what the comments behind them promise', () => {
    const commands = toCommands('npm start        # installs\ncurl -s url |\n  node -p 1\nnpx a \\\n  --b "x # y"\n');
    expect(commands).toEqual([
      { text: 'npm start', comment: 'installs', isLongRunning: true },
      { text: 'curl -s url | node -p 1', comment: undefined, isLongRunning: false },
      { text: 'npx a --b "x # y"', comment: undefined, isLongRunning: false },
    ]);
  });

  test('that sets variables for nobody is told', () => {
    expect(plansOf(fence('sh', 'OTEL_SERVICE_NAME=a\nnpm start'))).toEqual([
      { kind: 'unknown', why: expect.stringContaining('export') },
    ]);
  });

  test.each([
    ['npm start', true],
    ['A=b npm start -- --config f.json --metrics', true],
    ['npx dcc-mcp-gateway', true],
    ['npx dcc-mcp-gateway doctor --config f.yaml', false],
    ['npm start -- doctor', false],
    ['npm start -- --version', false],
    ['npx dcc-mcp-gateway token create > file', false],
    ["npx dcc-mcp-gateway calls --q 'outcome!=ok'", false],
    ['npm run demo:agent', false],
  ])('%s goes on until it is ended: %s', (command, isLong) => {
    expect(isLongRunning(command)).toBe(isLong);
  });
});

describe('what is not typed into a shell', () => {
  test('is a file where the text names it', () => {
    const named = `Write it into \`my-servers.json\`:\n\n${fence('json', '{"mcpServers": {}}')}`;
    expect(plansOf(named)).toMatchObject([{ kind: 'file', name: 'my-servers.json' }]);
    expect(plansOf(fence('yaml', '# gateway.yaml\nmetrics: {}'))).toMatchObject([
      { kind: 'file', name: 'gateway.yaml' },
    ]);
    expect(plansOf(fence('yaml', 'metrics: {}'))).toMatchObject([{ kind: 'unknown' }]);
  });

  test('is the configuration of clients in each dialect', () => {
    const text = [
      '// Cursor: .cursor/mcp.json',
      '{ "mcpServers": { "a": { "url": "http://h/mcp" } } }',
      '',
      '// VS Code: .vscode/mcp.json',
      '{ "servers": { "b": { "type": "http", "url": "http://h/mcp" } } }',
      '// Windsurf',
      '{ "mcpServers": { "c": { "serverUrl": "http://h/mcp", }, }, }',
      '{ "mcpServers": { "d": { "command": "npx", "args": ["-y", "mcp-remote"] } } }',
    ].join('\n');
    expect(plansOf(fence('jsonc', text))).toEqual([
      {
        kind: 'clients',
        servers: [
          { name: 'a', url: 'http://h/mcp' },
          { name: 'b', url: 'http://h/mcp' },
          { name: 'c', url: 'http://h/mcp' },
          { name: 'd', command: 'npx', args: ['-y', 'mcp-remote'] },
        ],
      },
    ]);
  });

  test('is a scrape configuration, a query, a message, a log line, a program', () => {
    const blocks = [
      fence('yaml', 'scrape_configs: []'),
      fence('promql', 'up'),
      fence('json', '{"method": "tools/call", "params": {}}'),
      fence('json', '{"event": "x", "time": 1}'),
      fence('js', 'const a = 1;'),
    ];
    expect(plansOf(blocks.join('\n')).map(({ kind }) => kind)).toEqual([
      'scrape-config',
      'query',
      'message',
      'log-line',
      'program',
    ]);
  });

  test('is a recorded terminal where lines begin with a prompt, else what was printed', () => {
    expect(plansOf(fence('console', '$ npm start\nready\n^C\nstopped'))).toMatchObject([
      { kind: 'recorded', steps: [{ command: { text: 'npm start' }, output: 'ready\n^C\nstopped' }] },
    ]);
    expect(plansOf(fence('text', 'ready'))).toEqual([{ kind: 'output', text: 'ready' }]);
  });

  test('is told when nobody knows it', () => {
    expect(plansOf(fence('ruby', 'puts 1'))).toMatchObject([{ kind: 'unknown' }]);
    expect(plansOf(fence('json', '{ "a": '))).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('a mark', () => {
  test('names what a block needs, for that block alone', () => {
    const text = `<!-- newcomer: needs Claude Code -->\n\n${fence('sh', 'claude mcp add x')}\n${fence('sh', 'npm test')}`;
    expect(plansOf(text)).toMatchObject([{ kind: 'needs', service: 'Claude Code' }, { kind: 'commands' }]);
  });

  test('names the example that a block is a part of', () => {
    const text = `<!-- newcomer: part of examples/a/b.mjs -->\n\n${fence('js', 'call();')}`;
    expect(plansOf(text)).toEqual([{ kind: 'part-of', source: 'examples/a/b.mjs', text: 'call();' }]);
  });

  test('that says anything else is told', () => {
    expect(plansOf(`<!-- newcomer: skip -->\n\n${fence('sh', 'npm test')}`)).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('code in tables and sentences', () => {
  test('is typed where it is a whole command', () => {
    const text = 'Ask `npx dcc-mcp-gateway doctor`, or look at `doctor` and `--config`.\n';
    expect(plansOf(text)).toMatchObject([{ kind: 'commands', commands: [{ text: 'npx dcc-mcp-gateway doctor' }] }]);
  });

  test('is typed or set row by row', () => {
    const text = [
      '| to | set |',
      '| --- | --- |',
      '| Jaeger | `A_ENDPOINT=http://localhost:4317 npm start` |',
      '| Tempo | `A_ENDPOINT=x` `B_EXPORTER=none` |',
      '| names | `a.b` and `c` |',
    ].join('\n');
    expect(plansOf(text)).toMatchObject([
      { kind: 'commands', commands: [{ text: 'A_ENDPOINT=http://localhost:4317 npm start', isLongRunning: true }] },
      { kind: 'settings', text: 'A_ENDPOINT=x B_EXPORTER=none' },
    ]);
  });
});
