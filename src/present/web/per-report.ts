import type { Report } from '../../model/report.ts';

/**
 * Makes something out of a report at most once: all who ask meanwhile and until the next report share it.
 * What was made of a report before is let go. A failure is shared by those who wait and then forgotten.
 */
export function perReport<Made>(make: (report: Report) => Promise<Made>): (report: Report) => Promise<Made> {
  let current: { readonly sequence: number; readonly made: Promise<Made> } | undefined;
  return (report) => {
    if (current?.sequence === report.sequence) return current.made;
    const made = make(report);
    const mine = { sequence: report.sequence, made };
    current = mine;
    made.catch(() => {
      if (current === mine) current = undefined;
    });
    return made;
  };
}
