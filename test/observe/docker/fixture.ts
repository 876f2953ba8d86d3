import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '../../fixtures/docker');

/** The text of an answer that an engine gave. */
export const fixture = (file: string): string => readFileSync(join(DIRECTORY, file), 'utf8');

/** The same, parsed. */
export const json = (file: string): unknown => JSON.parse(fixture(file));
