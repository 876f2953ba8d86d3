import type { Report } from '../../model/report.ts';
import { emitBackups } from './families/backup.ts';
import { emitDatabases } from './families/database.ts';
import { emitDocker } from './families/docker.ts';
import { emitFilesystems } from './families/filesystem.ts';
import { emitIncidents } from './families/incident.ts';
import { emitSelf } from './families/self.ts';
import { emitServers } from './families/server.ts';
import { emitVolumes } from './families/volume.ts';
import { createSheet, type Family } from './sheet.ts';

const SUBJECTS = [
  emitServers,
  emitDatabases,
  emitIncidents,
  emitDocker,
  emitVolumes,
  emitFilesystems,
  emitBackups,
  emitSelf,
];

/** The metrics of a report: a pure function, in the order of the catalogue, without what is unknown. */
export function familiesOf(report: Report): readonly Family[] {
  return createFamilies()(report);
}

/** The same for one report after the other: a family that did not change is the same object as before. */
export function createFamilies(): (report: Report) => readonly Family[] {
  const sheet = createSheet();
  return (report) =>
    sheet((emit) => {
      for (const emitSubject of SUBJECTS) emitSubject(report, emit);
    });
}
