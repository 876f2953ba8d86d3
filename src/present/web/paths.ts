/** What can be asked for; everything else is answered with this list. */
export interface PathSpec {
  readonly methods: readonly ('GET' | 'HEAD' | 'POST')[];
  /** Query parameters. None of them is ever a target to look at. */
  readonly parameters: readonly string[];
  readonly what: string;
}

const READ = ['GET', 'HEAD'] as const;

export const PATHS = {
  '/': { methods: READ, parameters: ['refresh'], what: 'status page; ?refresh=0 holds it still' },
  '/incidents/ID': { methods: READ, parameters: [], what: 'page of one incident, open or over' },
  '/incidents/ID.md': { methods: READ, parameters: [], what: 'report of one incident, as Markdown' },
  '/metrics': { methods: READ, parameters: [], what: 'metrics for Prometheus' },
  '/api/v1/report': { methods: READ, parameters: [], what: 'last report, whole, as JSON' },
  '/api/v1/incidents': { methods: READ, parameters: [], what: 'open incidents with their evidence, as JSON' },
  '/api/v1/inventory': { methods: READ, parameters: [], what: 'what is watched and expected, as JSON' },
  '/api/v1/events': { methods: READ, parameters: ['limit'], what: 'what happened, as JSON; ?limit=1 to 500' },
  '/-/healthy': { methods: READ, parameters: [], what: '200 while pgvigil itself works' },
  '/-/ready': { methods: READ, parameters: [], what: '200 once there is a report' },
  '/-/reload': { methods: ['POST'], parameters: [], what: 'reads the config again, where switched on' },
} as const satisfies Record<string, PathSpec>;

export type Path = keyof typeof PATHS;

/** How an incident is named: the only part of a path that varies. */
const INCIDENTS = {
  '/incidents/ID': /^\/incidents\/[0-9a-f]{8}$/,
  '/incidents/ID.md': /^\/incidents\/[0-9a-f]{8}\.md$/,
};

/** The path of a request target without its query, where it is one of ours. */
export function pathOf(target: string): Path | undefined {
  const path = target.split('?', 1)[0] ?? '';
  const incidents = Object.keys(INCIDENTS) as (keyof typeof INCIDENTS)[];
  const found = incidents.find((name) => INCIDENTS[name].test(path));
  if (found !== undefined || Object.hasOwn(INCIDENTS, path)) return found;
  return Object.hasOwn(PATHS, path) ? (path as Path) : undefined;
}

/** One line for each path, for a person who asked for another one. */
export function pathList(): string {
  const width = Math.max(...Object.keys(PATHS).map((path) => path.length));
  return Object.entries<PathSpec>(PATHS)
    .map(([path, { what }]) => `  ${path.padEnd(width)}  ${what}\n`)
    .join('');
}
