import type { CommandShape, OptionShape } from './shape.ts';

/** Variables that stand for a configuration file, or for parts of one. */
const ENVIRONMENT = {
  PGVIGIL_CONFIG: 'The configuration file, where --config is not given.',
  PGVIGIL_URL:
    'postgres://USER@HOST:5432/DATABASE: the server to watch, without any file; or several, separated by commas. The database that is named is expected. With a file it takes the place of the first url in it.',
  PGVIGIL_PASSWORD_FILE: 'The file that holds the password, without a configuration file.',
  PGVIGIL_EXPECT: 'More databases to expect, separated by commas, without a configuration file.',
  PGVIGIL_STATE_DIRECTORY: 'state.directory, without a configuration file.',
  PGVIGIL_DOCKER_HOST: 'docker.host, without a configuration file; or `false`.',
  PGVIGIL_FILESYSTEMS: 'filesystems.include, without a configuration file, separated by commas.',
  PGVIGIL_ALERTMANAGER_URLS: 'alertmanager.urls, without a configuration file, separated by commas.',
  PGVIGIL_DASHBOARD_URL: 'alertmanager.dashboard_url, without a configuration file.',
} as const;

const FILES = {
  'pgvigil.yml': 'The configuration, in the working directory.',
  '/etc/pgvigil/pgvigil.yml': 'The configuration where there is none there.',
  '/var/lib/pgvigil': 'What has to survive a restart.',
} as const;

/** Takes the whole program and gives its manual page for section 1, as roff. */
export function manPage(program: CommandShape): string {
  return [
    '.\\" Generated from the commands by `npm run generate`; do not edit.',
    `.TH ${program.name.toUpperCase()} 1`,
    '.SH NAME',
    `${program.name} \\- ${text(lowerFirst(program.description.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
    `.B ${program.name}`,
    `${italic('command')} [${italic('options')}]`,
    '.SH DESCRIPTION',
    text(
      `${program.description} Commands read the configuration that --config names, else PGVIGIL_CONFIG, else pgvigil.yml in the working directory, else /etc/pgvigil/pgvigil.yml, else the environment alone.`,
    ),
    '.SH OPTIONS',
    ...program.options.flatMap(option),
    '.SH COMMANDS',
    ...program.commands.flatMap(command),
    '.SH ENVIRONMENT',
    ...Object.entries(ENVIRONMENT).flatMap(([name, meaning]) => item(`\\fB${text(name)}\\fR`, meaning)),
    '.SH FILES',
    ...Object.entries(FILES).flatMap(([name, meaning]) => item(italic(name), meaning)),
    '.SH SEE ALSO',
    text('The directory docs of the package: install.md, compose.md, metrics.md, runbooks.'),
    '',
  ].join('\n');
}

function command(shape: CommandShape): readonly string[] {
  const alias = shape.aliases.length === 0 ? [] : ['.PP', text(`Also called ${shape.aliases.join(', ')}.`)];
  return [
    `.SS ${text(shape.name)} ${text(shape.usage)}`,
    text(`${upperFirst(shape.description)}.`),
    ...alias,
    ...shape.options.flatMap(option),
    ...shape.arguments
      .filter(({ description }) => description !== '')
      .flatMap(({ name, description }) => item(italic(name), description)),
    ...paragraphs(shape.notes),
  ];
}

function option({ flags, description, choices }: OptionShape): readonly string[] {
  const [name = '', value] = flags.split(/ (?=[<[])/);
  const shown = `\\fB${text(name)}\\fR${value === undefined ? '' : ` ${italic(value)}`}`;
  const among = choices.length === 0 ? '' : `One of ${choices.join(', ')}.`;
  return item(shown, [description, among].filter((part) => part !== '').join('. '));
}

const item = (term: string, meaning: string): readonly string[] => ['.TP', term, text(meaning)];
const italic = (word: string): string => `\\fI${text(word)}\\fR`;

/** Lines that follow each other are one paragraph. */
function paragraphs(notes: string): readonly string[] {
  return notes
    .split(/\n\s*\n/)
    .filter((part) => part !== '')
    .flatMap((part) => ['.PP', text(part.replace(/\s*\n\s*/g, ' '))]);
}

/** A line of text that roff takes as it is. */
function text(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&');
}

const upperFirst = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);
