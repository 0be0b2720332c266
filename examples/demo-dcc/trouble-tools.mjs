import { z } from 'zod';
import { answer } from './answer.mjs';

const RISKY = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

/** Tools that show what goes wrong in a real host: noise on stderr, a crash, a hang. */
export function registerTroubleTools(server, mainThread) {
  server.registerTool(
    'run_script',
    {
      title: 'Run script',
      description:
        'Run a Python script in the Maya script editor. Its output goes to stderr; here nothing is executed.',
      inputSchema: z.object({ code: z.string().max(10_000).describe('Python source') }),
      outputSchema: z.object({ lines: z.int(), executed: z.boolean() }),
      annotations: RISKY,
    },
    ({ code }) =>
      mainThread.run(() => {
        const lines = code.split('\n');
        console.error(`# Warning: script editor: ${lines.length} line(s) received, first: ${lines[0].slice(0, 60)}`);
        return answer({ lines: lines.length, executed: false });
      }),
  );
  server.registerTool(
    'crash',
    {
      title: 'Crash the host',
      description:
        'End the host process in the middle of the call, as a crashing plug-in would. For trying out failure handling.',
      inputSchema: z.object({}),
      annotations: RISKY,
    },
    () => {
      console.error('# Fatal Error. Attempting to save in /tmp/shot01.crash.ma');
      process.exit(139);
    },
  );
  server.registerTool(
    'hang',
    {
      title: 'Hang the main thread',
      description:
        'Never answer and block the main thread until the call is cancelled, as a modal dialog would. For trying out timeouts.',
      inputSchema: z.object({}),
      annotations: RISKY,
    },
    (_arguments, context) =>
      mainThread.run(
        () =>
          new Promise((_resolve, reject) => {
            context.mcpReq.signal.addEventListener('abort', () => reject(new Error('cancelled')), { once: true });
          }),
      ),
  );
}
