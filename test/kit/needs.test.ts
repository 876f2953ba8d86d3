import { describe, expect, test } from 'vitest';
import { findProgram, has, missingNeeds, program } from './needs.ts';

describe('needs', () => {
  test('finds a program on the path and by a pattern', () => {
    expect(findProgram('no-such-program', 'sh')).toMatch(/\/sh$/);
    expect(findProgram('/bin/sh')).toBe('/bin/sh');
    expect(findProgram('/no-such-directory/*/bin/postgres')).toBeUndefined();
  });

  test('a missing program is an error that names it', () => {
    expect(() => program('no-such-program', 'nor-this')).toThrow(
      'no-such-program or nor-this is not installed',
    );
  });

  test('nothing needed is nothing missing', () => {
    expect(missingNeeds([])).toEqual([]);
    expect(has()).toBe(true);
  });

  test('says which need is not met and what to install', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/no-such-directory';
    try {
      expect(missingNeeds(['docker-compose'])).toEqual([
        'docker-compose (docker-compose; apt-get install docker-compose)',
      ]);
      expect(has('docker-compose')).toBe(false);
    } finally {
      process.env['PATH'] = path;
    }
  });
});
