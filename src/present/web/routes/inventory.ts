import type { FastifyInstance } from 'fastify';
import type { Report } from '../../../model/report.ts';
import { addJsonOfReport } from '../json-route.ts';
import type { WebOptions } from '../options.ts';

/** `/api/v1/inventory`: what is watched, what of it is expected, and whether it is there. */
export function addInventory(app: FastifyInstance, options: WebOptions): void {
  addJsonOfReport(app, options, '/api/v1/inventory', inventoryOf);
}

function inventoryOf(report: Report): unknown {
  return {
    at: report.at,
    servers: report.servers.map(({ name, source, state, systemIdentifier, placement, databases }) => ({
      name,
      ...(source && { source }),
      state,
      systemIdentifier,
      container: placement.container?.name,
      volume: placement.volume,
      dataDirectory: placement.dataDirectory,
      mountpoint: placement.mountpoint,
      databases: databases.map(({ datname, oid, expected, presence, identityMatch, lastSeenAt }) => ({
        datname,
        oid,
        expected,
        presence,
        identityMatch,
        lastSeenAt,
      })),
    })),
    volumes: report.volumes.map(({ name, expected, present, server, container, mounted, lastSeenAt }) => ({
      name,
      expected,
      present,
      server,
      container,
      mounted,
      lastSeenAt,
    })),
    backups: report.backups.map(({ source, server, kind, up, directory, databases }) => ({
      source,
      server,
      kind,
      up,
      directory,
      databases: databases.map(({ datname, places, verified }) => ({
        datname,
        restoredAt: verified.restore,
        places: places.map(({ location, newestAt, bytes, count }) => ({ location, newestAt, bytes, count })),
      })),
    })),
    containers: report.containers.map(({ name, server, running }) => ({ name, server, running })),
    filesystems: report.filesystems.map(({ mountpoint, device, fstype, up, servers }) => ({
      mountpoint,
      device,
      fstype,
      up,
      servers,
    })),
  };
}
