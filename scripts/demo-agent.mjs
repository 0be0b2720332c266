#!/usr/bin/env node
// `npm run demo:agent`, while the gateway runs with `npm start`: plays an agent, says what it did and where to look.
try {
  const { runDemoAgent } = await import('../examples/demo/agent.mjs');
  await runDemoAgent(process.argv.slice(2));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') {
    throw error;
  }
  console.error('The demo is not built yet: run `npm start` first, it installs and builds.');
  process.exitCode = 1;
}
