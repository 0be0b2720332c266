import type { HasSettled, SearchMemory, SearchPrincipal } from '../../../search/memory/search-memory.ts';

/** Asks each process that tells late how long ago the principal succeeded; resolves when those that can have answered. */
export type AskSuccesses = (principal: SearchPrincipal, onAnswer: (agoMillis: number) => void) => Promise<unknown>;

/** Searches of several processes: before one counts as worded anew, what the others have not told yet is asked for. */
export function askingSearchMemory(memory: SearchMemory, ask: AskSuccesses): SearchMemory {
  const hasSettled: HasSettled = async (principal, isSince) => {
    const answers: boolean[] = [];
    await ask(principal, (agoMillis) => answers.push(isSince(agoMillis)));
    return answers.includes(true);
  };
  return {
    remember: (search) => memory.remember(search, hasSettled),
    join: (followUp) => memory.join(followUp),
    settle: (principal, agoMillis) => memory.settle(principal, agoMillis),
  };
}
