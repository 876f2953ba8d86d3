import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { backups } from './dashboards/backups.ts';
import { database } from './dashboards/database.ts';
import { incident } from './dashboards/incident.ts';
import { overview } from './dashboards/overview.ts';
import { self } from './dashboards/self.ts';
import { storage } from './dashboards/storage.ts';
import type { DashboardName } from './links.ts';

/** All dashboards of the bundle. */
export const DASHBOARDS = { overview, database, incident, storage, backups, self } as const satisfies Record<
  DashboardName,
  dashboard.Dashboard
>;
