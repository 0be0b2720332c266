import type { RankBucket } from '@dcc-mcp/semantic-conventions';

/** The bucket of a hit's rank, 1 being the best; `unknown` without a rank. */
export function toRankBucket(rank: number | undefined): RankBucket {
  if (rank === undefined || !Number.isInteger(rank) || rank < 1) {
    return 'unknown';
  }
  if (rank === 1) {
    return 'top1';
  }
  if (rank <= 3) {
    return 'top3';
  }
  return rank <= 5 ? 'top5' : 'beyond5';
}
