import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { quotedWord } from './typed-command.ts';

export interface NextStepsOptions {
  readonly config: GatewayConfig;
  /** How this program was called, to be shown before flags. */
  readonly command: string;
  /** The configuration file, as a shell takes it from where the program was started. */
  readonly file: string | undefined;
  /** Where this machine reaches the gateway; absent with `--stdio` alone. */
  readonly url: string | undefined;
  readonly upstreams: readonly Upstream[];
}

const EXAMPLE =
  '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "."]}}}';

/** What to try next, a line each; what begins with two blanks works as it is typed. */
export function nextSteps(options: NextStepsOptions): readonly string[] {
  const { config, command, file, url, upstreams } = options;
  if (upstreams.length === 0) {
    return file === undefined
      ? [
          'No servers yet. Name them in a file, as MCP clients do, and start again with it:',
          `  echo '${EXAMPLE}' > servers.json`,
          `  ${command} --config servers.json`,
        ]
      : [`No servers yet: name them under mcpServers in ${file}; it is read again once it is saved.`];
  }
  if (!upstreams.some(({ status: { readiness } }) => readiness === 'ready' || readiness === 'idle')) {
    const flags = file === undefined ? '' : ` --config ${quotedWord(file)}`;
    return ['No server can be used. What is wrong with the settings says', `  ${command} doctor${flags}`];
  }
  if (url === undefined) {
    return [];
  }
  const needsToken = config.auth.tokens.length > 0 || config.auth.jwksUrl !== undefined;
  const header = needsToken ? ' -H "authorization: Bearer $TOKEN"' : '';
  return [
    `Try, in another terminal${needsToken ? ' in which TOKEN is a token of yours' : ''}:`,
    `  curl -s ${url}/v1/search${header} --json '{"limit": 3}'`,
    `What to paste into Claude Code, Cursor, VS Code and other clients: ${url}/`,
  ];
}
