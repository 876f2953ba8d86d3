import { DATABASES } from './server.ts';
import type { Vigil } from './vigil.ts';

/** From now on no scrape may tell a loss, for there is none; gives what lifts it. */
export function noLoss({ watch }: Vigil): () => void {
  return watch.forbid((scrape) => {
    if (scrape.value('pgvigil_server_up', { server: 'main' }) === 0) return 'the server is said to be down';
    for (const datname of DATABASES)
      if (scrape.value('pgvigil_database_present', { server: 'main', datname }) === 0)
        return `${datname} is said to be missing`;
    const [incident] = scrape.find('pgvigil_incident_open');
    return incident && `an incident is open: ${JSON.stringify(incident.labels)}`;
  });
}
