#!/usr/bin/env node
// `npm run demo:agent`, while the gateway runs with `npm start`: plays an agent, says what it did and where to look.
import { runDemoAgent } from '../examples/demo/agent.mjs';

await runDemoAgent(process.argv.slice(2));
