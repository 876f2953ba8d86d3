import { describe, expect, test } from 'vitest';
import { missingNeeds, NEEDS } from '../../scripts/needs.js';
import { findProgram, has, program } from './needs.ts';

/** Runs `body` as if the path of the user led nowhere. */
function withoutPath(body: () => void): void {
  const path = process.env['PATH'];
  process.env['PATH'] = '/no-such-directory';
  try {
    body();
  } finally {
    process.env['PATH'] = path;
  }
}

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
    withoutPath(() => {
      expect(missingNeeds(['docker-compose'])).toEqual([
        'docker-compose (docker-compose; apt-get install docker-compose)',
      ]);
      expect(has('docker-compose')).toBe(false);
    });
  });

  test('every need but root names the package that meets it', () => {
    const wrong = Object.entries(NEEDS).filter(
      ([name, { programs, packages }]) => name !== 'root' && (programs.length === 0 || packages.length === 0),
    );
    expect(wrong).toEqual([]);
  });
});
