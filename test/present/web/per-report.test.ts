import { describe, expect, test } from 'vitest';
import { perReport } from '../../../src/present/web/per-report.ts';
import { wellReport } from '../../fixtures/report.ts';

describe('perReport', () => {
  test('makes once for all who ask at once and later, and anew for the next report', async () => {
    let made = 0;
    const make = perReport(async ({ sequence }) => `${sequence}:${++made}`);
    const one = wellReport({ sequence: 1 });
    expect(await Promise.all([make(one), make(one)])).toEqual(['1:1', '1:1']);
    expect(await make(one)).toBe('1:1');
    expect(await make(wellReport({ sequence: 2 }))).toBe('2:2');
  });

  test('tries again after a failure', async () => {
    let tries = 0;
    const make = perReport(async () => {
      if (++tries === 1) throw new Error('no');
      return tries;
    });
    await expect(make(wellReport())).rejects.toThrow('no');
    expect(await make(wellReport())).toBe(2);
  });
});
