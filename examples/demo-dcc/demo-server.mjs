import { McpServer } from '@modelcontextprotocol/server';
import { MainThread } from './main-thread.mjs';
import { registerOutputTools } from './output-tools.mjs';
import { registerSceneTools } from './scene-tools.mjs';
import { Scene } from './scene.mjs';
import { registerTroubleTools } from './trouble-tools.mjs';

// One process is one host application: every connection sees the same scene and waits for the same main thread.
const scene = new Scene();
const mainThread = new MainThread();

/** An MCP server on the scene of this process. */
export function createDemoServer() {
  const server = new McpServer(
    { name: 'maya-demo', title: 'Maya (demo)', version: '2026.1.0' },
    {
      capabilities: { tools: {} },
      instructions:
        'A Maya-like session. Look with list_nodes and get_scene_info, build with create_sphere, render with render_frame.',
    },
  );
  registerSceneTools(server, scene, mainThread);
  registerOutputTools(server, scene, mainThread);
  registerTroubleTools(server, mainThread);
  return server;
}
