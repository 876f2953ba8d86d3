import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeWorkspace, ROOT, type Workspace } from '../kit/bundle.ts';
import { expectGolden } from '../kit/golden.ts';
import { describeWith, program } from '../kit/needs.ts';
import { run } from '../kit/process.ts';
import { MESSAGES, type Message } from './messages.ts';

const TEMPLATES = join(ROOT, 'alertmanager/templates');
const GOLDEN = join(ROOT, 'test/golden/alertmanager');
/** Functions and keywords of templates in Alertmanager 0.25; newer ones would break there. */
const WORDS = [
  ...[
    'define',
    'template',
    'if',
    'else',
    'end',
    'with',
    'range',
    'and',
    'or',
    'not',
    'eq',
    'gt',
    'lt',
    'len',
  ],
  ...['index', 'printf', 'join', 'match', 'reReplaceAll', 'stringSlice'],
];
/** What a lock screen shows of names of ordinary length. */
const SUBJECT_LENGTH = 80;

const sources = readdirSync(TEMPLATES).map((file) => ({
  file,
  text: readFileSync(join(TEMPLATES, file), 'utf8').replaceAll(/\{\{\/\*.*?\*\/\}\}/gs, ''),
}));
const config = readFileSync(join(ROOT, 'alertmanager/alertmanager.yml'), 'utf8');

const namesIn = (text: string, word: string): string[] =>
  [...text.matchAll(new RegExp(`\\{\\{-? *${word} "([^"]+)"`, 'g'))].map(([, name = '']) => name);

describeWith(['alertmanager'], 'templates', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await makeWorkspace('templates');
  });
  afterAll(() => workspace?.remove());

  let written = 0;
  async function render(message: Message, text: string, type: 'text' | 'html' = 'text'): Promise<string> {
    const data = await workspace.write(`${written++}.json`, JSON.stringify(message));
    const { code, output } = await run({
      command: program('amtool'),
      args: [
        ...['template', 'render', `--template.glob=${TEMPLATES}/*.tmpl`, `--template.data=${data}`],
        ...[`--template.text=${text}`, `--template.type=${type}`],
      ],
    });
    expect(code, output).toBe(0);
    return output;
  }
  const html = (message: Message): Promise<string> =>
    render(message, '{{ template "pgvigil.html" . }}', 'html');

  test('every template that is used is defined, once, and the other way round', () => {
    const defined = sources.flatMap(({ text }) => namesIn(text, 'define'));
    const used = [...sources.map(({ text }) => text), config].flatMap((text) => namesIn(text, 'template'));
    expect(defined).toEqual([...new Set(defined)]);
    expect([...new Set(used)].sort()).toEqual([...defined].sort());
  });

  test.each(sources)('$file knows only what Alertmanager 0.25 knows', ({ text }) => {
    const actions = [...text.matchAll(/\{\{-?(.*?)-?\}\}/gs)].map(([, action = '']) =>
      action.replaceAll(/"(\\.|[^"\\])*"/g, '""').replaceAll(/[$.][\w.]*/g, ''),
    );
    const words = actions.flatMap((action) => [...action.matchAll(/[A-Za-z]\w*/g)].map(([word]) => word));
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => !WORDS.includes(word))).toEqual([]);
  });

  const cases = Object.entries(MESSAGES) as [keyof typeof MESSAGES, Message][];
  const PARTS = ['subject', 'text', 'slack.color', 'slack.title', 'slack.text', 'link', 'cause', 'evidence'];
  test.each(cases)('%s', async (name, message) => {
    const parts = PARTS.map((part) => `==== ${part}\n{{ template "pgvigil.${part}" . }}\n`);
    expectGolden(await render(message, parts.join('')), join(GOLDEN, `${name}.txt`));
    expectGolden(await html(message), join(GOLDEN, `${name}.html`));
  });

  test('the subject fits a phone', () => {
    const subjects = cases
      .filter(([name]) => name !== 'nasty')
      .map(([name]) => readFileSync(join(GOLDEN, `${name}.txt`), 'utf8').split('\n')[1] ?? '');
    for (const subject of subjects) expect(subject).toMatch(/^\[[A-Z]+\] .+/);
    const pages = subjects.filter((subject) => /^\[(PAGE|RESOLVED)\]/.test(subject));
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.filter(({ length }) => length > SUBJECT_LENGTH)).toEqual([]);
  });

  test('a name is no markup', async () => {
    const body = await html(MESSAGES.nasty);
    expect(body).not.toContain('<script');
    expect(body).not.toContain('javascript:');
    const slack = await render(
      MESSAGES.nasty,
      '{{ template "pgvigil.slack.title" . }}{{ template "pgvigil.slack.text" . }}',
    );
    const tags = [...slack.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    expect(tags.filter((tag) => !/^<[^|<>]+\|(Runbook|Dashboard)>$/.test(tag))).toEqual([]);
  });
});
