// The upstream of `exact-answers.ts` over standard streams.
import { createInterface } from 'node:readline';
import { answersTo } from './exact-answers.ts';

createInterface({ input: process.stdin }).on('line', (line) => {
  for (const answer of answersTo(line, 'legacy')) {
    process.stdout.write(`${answer}\n`);
  }
});
