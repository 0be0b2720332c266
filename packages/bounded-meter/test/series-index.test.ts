import { SeriesIndex, type Series } from '@dcc-mcp/bounded-meter';
import { describe, expect, test } from '@jest/globals';

const labels = [{ name: 'route' }, { name: 'method', values: ['GET', 'POST'] }] as const;

function createIndex(maxSeries: number, reservedSeries?: number): SeriesIndex<Series> {
  return new SeriesIndex({ labels, maxSeries, create: (series) => series, ...(reservedSeries && { reservedSeries }) });
}

describe('SeriesIndex', () => {
  test('keeps one thing for each series', () => {
    const index = createIndex(100);
    const found = index.find({ route: '/a', method: 'GET' });
    expect(found).toEqual({ attributes: { route: '/a', method: 'GET' }, isOverflow: false });
    expect(index.find({ method: 'GET', route: '/a' })).toBe(found);
    expect(index.find({ route: '/a', method: 'POST' })).not.toBe(found);
  });

  test('leaves absent labels out', () => {
    expect(createIndex(100).find({ route: undefined, method: 'GET' })?.attributes).toEqual({ method: 'GET' });
  });

  test('finds nothing for a value outside its closed set', () => {
    expect(createIndex(100).find({ route: '/a', method: 'BREW' })).toBeUndefined();
  });

  test('folds what is past the budget, all made-up values into one series', () => {
    const index = createIndex(6); // room for one route with both methods, and for the reserved ones
    index.find({ route: '/a', method: 'GET' });
    const folded = ['/b', '/c', '/d'].map((route) => index.find({ route, method: 'POST' }));
    expect(folded[0]).toEqual({ attributes: { route: '_other', method: 'POST' }, isOverflow: true });
    expect(new Set(folded).size).toBe(1);
    expect(index.find({ route: '/a', method: 'POST' })?.isOverflow).toBe(false);
  });

  test('knows only what it has found when it is closed', () => {
    const index = createIndex(100);
    index.find({ route: '/a', method: 'GET' });
    index.close();
    expect(index.find({ route: '/a', method: 'GET' })).toBeDefined();
    expect(index.find({ route: '/b', method: 'GET' })).toBeUndefined();
  });
});
