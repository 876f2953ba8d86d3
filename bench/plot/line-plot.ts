import { decadesOf, type Scale, scaleOf, stepsOf } from './scale.ts';

/** A picture of lines. */
export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Levels that must not be exceeded, drawn across. */
  readonly limits?: readonly { readonly name: string; readonly y: number }[];
}

export interface Axis {
  /** With its unit. */
  readonly label: string;
  readonly log?: boolean;
}

export interface Line {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 72;
const RIGHT = 28;
const TOP = 40;
const BOTTOM = 52;
const LEGEND_LINE = 18;
/** Told apart by everybody, on white and on black: those of Okabe and Ito, and a purple. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#8250df'];
/** More points than this are not told apart by a mark each. */
const MARKED = 30;

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#1f2328}
.title{font-size:14px;font-weight:600}
.paper{fill:#fff}.grid{stroke:#d8dee4}.frame{stroke:#59636e;fill:none}.limit{stroke:#59636e;stroke-dasharray:6 4}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#30363d}.frame,.limit{stroke:#9198a1}}`;

/** The picture as SVG; it follows the light or dark scheme of whoever looks at it, with a paper of its own. */
export function linePlot({ title, x, y, lines, limits = [] }: Plot): string {
  const legend = [...lines.map(({ name }) => name), ...limits.map(({ name }) => name)];
  const bottom = BOTTOM + legend.length * LEGEND_LINE;
  const height = HEIGHT + legend.length * LEGEND_LINE;
  const points = lines.flatMap((line) => line.points);
  const xs = scaleOf(
    points.map(([at]) => at),
    { log: x.log ?? false, from: LEFT, to: WIDTH - RIGHT },
  );
  const ys = scaleOf([...points.map(([, at]) => at), ...limits.map((limit) => limit.y)], {
    log: y.log ?? false,
    from: height - bottom,
    to: TOP,
    zero: true,
  });
  const floor = height - bottom;
  const body = [
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    text(WIDTH / 2, 22, title, 'middle', 'title'),
    ...ticksOf(xs).map(
      (at) => `${rule(xs.at(at), TOP, xs.at(at), floor, 'grid')}${text(xs.at(at), floor + 18, short(at))}`,
    ),
    ...ticksOf(ys).map(
      (at) =>
        `${rule(LEFT, ys.at(at), WIDTH - RIGHT, ys.at(at), 'grid')}${text(LEFT - 8, ys.at(at) + 4, short(at), 'end')}`,
    ),
    `<rect class="frame" x="${LEFT}" y="${TOP}" width="${WIDTH - RIGHT - LEFT}" height="${floor - TOP}"/>`,
    text((LEFT + WIDTH - RIGHT) / 2, floor + 38, x.label),
    `<g transform="translate(16 ${round((TOP + floor) / 2)}) rotate(-90)">${text(0, 0, y.label)}</g>`,
    ...limits.map((limit) => rule(LEFT, ys.at(limit.y), WIDTH - RIGHT, ys.at(limit.y), 'limit')),
    ...lines.map((line, index) => drawn(line, colour(index), xs, ys)),
    ...legend.map((name, index) => key(name, index, floor + BOTTOM + index * LEGEND_LINE, lines.length)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img"><title>${escaped(title)}</title><style>${STYLE}</style>\n${body.join('\n')}\n</svg>\n`;
}

function drawn({ points }: Line, stroke: string, xs: Scale, ys: Scale): string {
  const places = points.map(([x, y]) => [round(xs.at(x)), round(ys.at(y))] as const);
  const path = places.map((place) => place.join(',')).join(' ');
  const marks = places.length > MARKED ? [] : places;
  const dots = marks.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${stroke}"/>`);
  return `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>${dots.join('')}`;
}

function key(name: string, index: number, y: number, lines: number): string {
  const line =
    index < lines
      ? `<line x1="${LEFT}" x2="${LEFT + 24}" y1="${y}" y2="${y}" stroke="${colour(index)}" stroke-width="3"/>`
      : rule(LEFT, y, LEFT + 24, y, 'limit');
  return `${line}${text(LEFT + 32, y + 4, name, 'start')}`;
}

const colour = (index: number): string => COLOURS[index % COLOURS.length] as string;
const ticksOf = ({ log, min, max }: Scale): readonly number[] =>
  log ? decadesOf(min, max) : stepsOf(min, max);
const round = (value: number): number => Math.round(value * 10) / 10;

function rule(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return `<line class="${kind}" x1="${round(x1)}" x2="${round(x2)}" y1="${round(y1)}" y2="${round(y2)}"/>`;
}

function text(x: number, y: number, content: string, anchor = 'middle', kind?: string): string {
  const named = kind === undefined ? '' : ` class="${kind}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${named}>${escaped(content)}</text>`;
}

function short(value: number): string {
  return value >= 1_000 ? value.toLocaleString('en') : String(Number(value.toPrecision(6)));
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
