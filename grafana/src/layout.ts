import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

/** Anything that becomes a panel and has a width (span) and a height. */
export interface PanelSource {
  build(): dashboard.Panel;
}

/** A headed part of a dashboard: lines of panels. */
export interface Section {
  readonly id: number;
  readonly title: string;
  readonly lines: readonly (readonly PanelSource[])[];
}

export const FULL_WIDTH = 24;

/**
 * Puts panels where they belong, for Grafana moves what overlaps, and nobody sees it before it is too late. Every line
 * fills the width, and the panels of a line have the same height.
 */
export function place(sections: readonly Section[]): (dashboard.Panel | dashboard.RowPanel)[] {
  let y = 0;
  return sections.flatMap(({ id, title, lines }) => {
    const row: dashboard.RowPanel = {
      type: 'row',
      id,
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: FULL_WIDTH, h: 1 },
    };
    y += 1;
    const panels = lines.flatMap((line) => {
      const placed = placeLine(
        line.map((source) => source.build()),
        y,
      );
      y += placed[0]?.gridPos?.h ?? 0;
      return placed;
    });
    return [row, ...panels];
  });
}

function placeLine(panels: readonly dashboard.Panel[], y: number): dashboard.Panel[] {
  let x = 0;
  const placed = panels.map((panel) => {
    const { w = 0, h = 0 } = panel.gridPos ?? {};
    const at = { ...panel, gridPos: { x, y, w, h } };
    x += w;
    return at;
  });
  const heights = new Set(placed.map(({ gridPos }) => gridPos.h));
  if (x !== FULL_WIDTH || heights.size !== 1) {
    const names = panels.map(({ title }) => title).join(', ');
    throw new Error(`a line is ${x} wide and ${[...heights].join(' and ')} high: ${names}`);
  }
  return placed;
}
