import type { Evidence } from '../../model/evidence.ts';
import type { Symptom } from '../../model/incident.ts';
import type { Case } from '../case.ts';
import { asEvidence, containerEvents } from './events.ts';
import { led } from './rule.ts';

/** What is wrong because a container does not run: its server, and what could not be seen of it. */
export function downSymptoms({ symptoms }: Case): readonly [Symptom, ...Symptom[]] | undefined {
  const down = symptoms.filter(({ kind }) => kind === 'server_down' || kind === 'blind');
  return led(down, 'server_down');
}

/** State of the container and its events. */
export function containerEvidence(facts: Case): readonly Evidence[] {
  const { container } = facts;
  const inspection = container?.inspection;
  const state: Evidence[] = container
    ? [
        {
          kind: 'container_state',
          at: inspection?.finishedAt ?? facts.at,
          source: 'docker_inspect',
          facts: {
            name: container.name,
            state: container.state,
            ...(inspection && { oom_killed: inspection.oomKilled, restarts: inspection.restartCount }),
            ...(inspection?.exitCode !== undefined && { exit_code: inspection.exitCode }),
          },
        },
      ]
    : [];
  return [...state, ...asEvidence(containerEvents(facts), 'container_event'), ...logEvidence(facts)];
}

/** What the container's log said around the moment, where it may be read. */
export function logEvidence({ docker, container, memory }: Case): readonly Evidence[] {
  const name = container?.name ?? memory.container?.name;
  const lines = name === undefined ? [] : (docker.logLines.get(name) ?? []);
  return lines.map(({ at, text }) => ({ kind: 'log_line', at, source: 'container_log', facts: { text } }));
}
