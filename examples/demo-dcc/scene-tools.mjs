import { z } from 'zod';
import { answer, failure } from './answer.mjs';

const Node = z.object({
  name: z.string().describe('Unique name of the node'),
  type: z.enum(['camera', 'light', 'mesh']).describe('Kind of node'),
  radius: z.number().optional().describe('Radius in centimetres, for spheres'),
});
const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const BUILDS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };

/** Tools that look at the scene and change it. */
export function registerSceneTools(server, scene, mainThread) {
  registerChanges(server, scene, mainThread);
  registerReads(server, scene, mainThread);
}

function registerChanges(server, scene, mainThread) {
  server.registerTool(
    'create_sphere',
    {
      title: 'Create sphere',
      description: 'Create a polygon sphere mesh in the current Maya scene and return its node name.',
      inputSchema: z.object({
        name: z.string().min(1).optional().describe('Wanted node name; a number is added when it is taken'),
        radius: z.number().positive().max(10_000).default(1).describe('Radius in centimetres'),
      }),
      outputSchema: Node,
      annotations: BUILDS,
    },
    ({ name, radius }) => mainThread.run(() => answer(scene.add('mesh', name ?? 'pSphere1', { radius }))),
  );
  server.registerTool(
    'open_scene',
    {
      title: 'Open scene',
      description:
        'Open a Maya scene file (.ma or .mb) and replace the current scene. Unsaved changes are lost unless refused by force=false.',
      inputSchema: z.object({
        path: z
          .string()
          .regex(/\.m[ab]$/)
          .describe('Absolute path of the scene file'),
        force: z.boolean().default(false).describe('Discard unsaved changes of the current scene'),
      }),
      outputSchema: z.object({ path: z.string(), node_count: z.int() }),
      annotations: { ...BUILDS, destructiveHint: true, idempotentHint: true },
    },
    ({ path, force }) =>
      mainThread.run(() => {
        if (scene.isModified && !force) {
          return failure(`${scene.path} has unsaved changes; pass force=true to discard them`);
        }
        scene.open(path);
        return answer({ path: scene.path, node_count: scene.nodes.length });
      }),
  );
}

function registerReads(server, scene, mainThread) {
  server.registerTool(
    'list_nodes',
    {
      title: 'List nodes',
      description: 'List the nodes (objects) of the current Maya scene: meshes, cameras, lights.',
      inputSchema: z.object({ type: Node.shape.type.optional().describe('Only nodes of this kind') }),
      outputSchema: z.object({ nodes: z.array(Node) }),
      annotations: READS,
    },
    ({ type }) =>
      mainThread.run(() => answer({ nodes: scene.nodes.filter((node) => type === undefined || node.type === type) })),
  );
  server.registerTool(
    'get_scene_info',
    {
      title: 'Get scene info',
      description:
        'Tell which scene file is open, whether it has unsaved changes, its frame range and number of nodes.',
      inputSchema: z.object({}),
      outputSchema: z.object({
        path: z.string(),
        is_modified: z.boolean(),
        frame_range: z.object({ start: z.int(), end: z.int() }),
        node_count: z.int(),
      }),
      annotations: READS,
    },
    () =>
      mainThread.run(() =>
        answer({
          path: scene.path,
          is_modified: scene.isModified,
          frame_range: scene.frameRange,
          node_count: scene.nodes.length,
        }),
      ),
  );
}
