// mcp-remote, the bridge of clients that know stdio only, such as Claude Desktop; the SDK 1.x is the client before it.
import { CLIENTS } from './installed.ts';
import { everyWay, keepsPromises } from './promises.ts';

keepsPromises({
  name: 'a client behind mcp-remote',
  ways: everyWay(['legacy']).filter(({ transport }) => transport === 'HTTP'),
  start: CLIENTS.sdkV1,
  target: (url) => {
    const [command, ...args] = CLIENTS.mcpRemote();
    return { command: { command, args: [...args, url] } };
  },
});
