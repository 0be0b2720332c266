import { MemoryInputRounds } from '../../src/mcp/input-rounds/memory-input-rounds.ts';
import { inputRoundsContract } from './input-rounds-contract.ts';

inputRoundsContract('MemoryInputRounds', async (options) => {
  const rounds = new MemoryInputRounds(options);
  return { first: rounds, second: rounds };
});
