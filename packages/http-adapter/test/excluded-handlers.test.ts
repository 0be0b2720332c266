import { describe, expect, test } from '@jest/globals';
import { compileExcludedHandlers } from '../src/requests/request-metrics.ts';

describe('compileExcludedHandlers', () => {
  const isExcluded = compileExcludedHandlers('/servers/.*/sse, /static/.*,/health');

  test.each(['/servers/a/sse', '/v1/static/x.js', '/health', '/healthz', '/a/servers/b/sse/c'])('finds %s', (path) => {
    expect(isExcluded(path)).toBe(true);
  });

  test.each(['/servers/sse', '/static', '/mcp', ''])('does not find %p', (path) => {
    expect(isExcluded(path)).toBe(false);
  });

  test('excludes nothing with an empty list', () => {
    expect(compileExcludedHandlers(' , ')('/mcp')).toBe(false);
    expect(compileExcludedHandlers([])('/mcp')).toBe(false);
  });

  test('keeps the comma of a repetition', () => {
    const withRepetition = compileExcludedHandlers('^/a{2,3}$,^/b{1,}$');
    expect(['/aa', '/a', '/bbb'].map((path) => withRepetition(path))).toEqual([true, false, true]);
  });

  test.each(['(', '/ok,*bad', '(?=x)', '[a'])('names the expression of %p that it refuses', (list) => {
    const bad = list.split(',').at(-1);
    expect(() => compileExcludedHandlers(list)).toThrow(`excluded handler "${bad}"`);
  });

  test('decides a path that stalls a backtracking engine', () => {
    const hostile = compileExcludedHandlers('^(a+)+$,(x+x+)+y');
    expect(hostile(`/${'a'.repeat(50_000)}!`)).toBe(false);
    expect(hostile('x'.repeat(50_000))).toBe(false);
  });
});
