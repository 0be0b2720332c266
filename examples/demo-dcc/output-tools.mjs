import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { answer, failure } from './answer.mjs';

const WRITES = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const STEPS = 10;

/** Tools that produce files: slow, or failing. */
export function registerOutputTools(server, scene, mainThread) {
  server.registerTool(
    'render_frame',
    {
      title: 'Render frame',
      description: 'Render one frame of the current scene to an image file. Takes seconds and reports progress.',
      inputSchema: z.object({
        frame: z.int().default(1001).describe('Frame number'),
        camera: z.string().default('shotCam').describe('Name of the camera node'),
        seconds: z.number().min(0).max(600).default(2).describe('How long the render takes'),
      }),
      outputSchema: z.object({ image: z.string(), frame: z.int(), camera: z.string(), seconds: z.number() }),
      annotations: WRITES,
    },
    ({ frame, camera, seconds }, context) =>
      mainThread.run(async () => {
        if (!scene.has(camera)) {
          return failure(`There is no camera ${camera} in ${scene.path}`);
        }
        await render(seconds, context.mcpReq);
        return answer({ image: `/projects/images/shot01.${frame}.exr`, frame, camera, seconds });
      }),
  );
  server.registerTool(
    'export_fbx',
    {
      title: 'Export FBX',
      description:
        'Export the current scene or selected nodes to an FBX file. Always fails here: the plug-in is not loaded.',
      inputSchema: z.object({
        path: z.string().default('/projects/export/shot01.fbx').describe('Absolute path of the FBX file'),
        nodes: z.array(z.string()).optional().describe('Names of the nodes to export; all when absent'),
      }),
      annotations: WRITES,
    },
    () => mainThread.run(() => failure('RuntimeError: the plug-in fbxmaya is not loaded')),
  );
}

/** Passes the time of a render; ends early, with the reason, when the request is cancelled. */
async function render(seconds, request) {
  const { _meta: meta } = request;
  const progressToken = meta?.progressToken;
  for (let step = 1; step <= STEPS; step += 1) {
    await delay((seconds * 1_000) / STEPS, undefined, { signal: request.signal });
    if (progressToken !== undefined) {
      const params = {
        progressToken,
        progress: step,
        total: STEPS,
        message: `${step * (100 / STEPS)} % of the samples`,
      };
      await request.notify({ method: 'notifications/progress', params });
    }
  }
}
