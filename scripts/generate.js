// Writes the files that are made from the code. Run it after `npm run build`: it reads dist/. What Grafana reads is
// made by grafana/src, from the rules of Prometheus too.
//   node scripts/generate.js           writes what has changed
//   node scripts/generate.js --check   writes nothing; exit code 1 when a file is not as it would be written
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { grafanaFiles } from './grafana.js';
import { runbooksDocument } from './runbooks.js';

/** One entry per file, named from the root of the repository. */
const GENERATED = [
  {
    file: 'pgvigil.schema.json',
    content: async () => (await import('../dist/config/json-schema.js')).configJsonSchemaText(),
  },
  {
    file: 'docs/metrics.md',
    content: async () => (await import('../dist/present/metrics/docs.js')).metricsDocument(),
  },
  {
    file: 'man/pgvigil.1',
    content: manualPage,
  },
  {
    file: 'docs/runbooks/README.md',
    content: async () => runbooksDocument(),
  },
];

const check = process.argv.includes('--check');
const root = new URL('../', import.meta.url);
let stale = 0;

const fromGrafana = (await grafanaFiles()).map(({ file, content }) => ({
  file,
  content: async () => content,
}));
for (const { file, content } of [...GENERATED, ...fromGrafana]) {
  const url = new URL(file, root);
  const wanted = await content();
  const found = await readFile(url, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === wanted) continue;
  stale += 1;
  if (!check) {
    await mkdir(new URL('.', url), { recursive: true });
    await writeFile(url, wanted);
  }
  console.log(check ? `${file} is stale: run \`npm run build && npm run generate\`` : `wrote ${file}`);
}

if (check && stale > 0) process.exitCode = 1;

async function manualPage() {
  const [{ wholeProgram }, { shapeOf }, { manPage }] = await Promise.all([
    import('../dist/cli/program.js'),
    import('../dist/cli/manual/shape.js'),
    import('../dist/cli/manual/man-page.js'),
  ]);
  const silent = () => true;
  return manPage(shapeOf(await wholeProgram({ version: '', out: silent, err: silent })));
}
