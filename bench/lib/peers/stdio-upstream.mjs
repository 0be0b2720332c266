// The same MCP server as upstream.mjs over stdio, for peers that start theirs as a child.
import { createInterface } from 'node:readline';
import { answer } from '../answers.mjs';

createInterface({ input: process.stdin }).on('line', (line) => {
  const json = answer(JSON.parse(line));
  if (json !== undefined) {
    process.stdout.write(`${JSON.stringify(json)}\n`);
  }
});
