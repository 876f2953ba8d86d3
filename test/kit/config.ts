import { formatProblem } from '../../src/config/describe.ts';
import { type ParsedConfig, parseConfig } from '../../src/config/parse.ts';

/** The outside world of a configuration that only exists in memory. */
export interface MemoryWorld {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Permission bits by path. */
  readonly modes?: Readonly<Record<string, number>>;
}

/** What `parseConfig` needs, from memory; a file that is not there throws ENOENT as the real one does. */
export function memoryDeps({ env = {}, files = {}, modes = {} }: MemoryWorld = {}) {
  return {
    env,
    readFile: (path: string): string => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
      return text;
    },
    fileMode: (path: string): number | undefined => modes[path],
  };
}

/** Parses text as `pgvigil.yml` in a world of memory. */
export function parseText(text: string, world: MemoryWorld = {}): ParsedConfig {
  return parseConfig(text, 'pgvigil.yml', memoryDeps(world));
}

/** What a person would see of the problems, without the name of the file. */
export function problemsOf(parsed: ParsedConfig): readonly string[] {
  return parsed.ok
    ? []
    : parsed.problems.map((problem) => formatProblem(problem).replace(/^pgvigil\.yml:/, ''));
}

/** The same for warnings; none where there are problems. */
export function warningsOf(parsed: ParsedConfig): readonly string[] {
  return parsed.ok
    ? parsed.warnings.map((warning) => formatProblem(warning).replace(/^pgvigil\.yml:/, ''))
    : [];
}
