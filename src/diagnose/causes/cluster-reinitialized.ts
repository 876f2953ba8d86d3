import type { Case } from '../case.ts';
import { initializedAt } from '../system-identifier.ts';
import { asEvidence, containerEvents, gapEvidence } from './events.ts';
import { identityEvidence } from './identity.ts';
import { lastSeenOfServer } from './last-seen.ts';
import { type Finding, led, witnessed } from './rule.ts';

/** Clocks of server and watcher may differ by this much. */
const CLOCK_SKEW_MS = 60_000;

/** On the same place as before, initdb made a new cluster since the old one was last seen. */
export function clusterReinitialized(facts: Case): readonly Finding[] {
  const { memory, symptoms, placement, wellAt } = facts;
  const explains = led(symptoms, 'server_replaced');
  if (memory.stranger === undefined || explains?.[0].kind !== 'server_replaced') return [];
  const made = initializedAt(memory.stranger.systemIdentifier);
  // A cluster that is older than our last look was not made here: it was restored, or we were sent elsewhere.
  if (made === undefined || wellAt === undefined || made < wellAt - CLOCK_SKEW_MS) return [];
  if (made > facts.at + CLOCK_SKEW_MS) return [];
  if (memory.volume !== undefined && !sameVolume(facts)) return [];
  return [
    {
      cause: 'cluster_reinitialized',
      confidence: witnessed(facts),
      evidence: [
        ...identityEvidence(facts),
        ...(placement.dataDirectory
          ? [
              {
                kind: 'mount_after' as const,
                at: facts.at,
                source: 'docker_inspect' as const,
                facts: {
                  data_directory: placement.dataDirectory,
                  ...(placement.volume && { volume: placement.volume }),
                },
              },
            ]
          : []),
        ...asEvidence(containerEvents(facts), 'container_event'),
        ...lastSeenOfServer(facts),
        ...gapEvidence(facts),
      ],
      explains,
      urgent: true,
    },
  ];
}

/** A volume of the same name may be a new one: only its container, or unbroken events, prove that it is not. */
function sameVolume({ memory, placement, container, events, eventsComplete, inventory }: Case): boolean {
  if (inventory === undefined || placement.volume !== memory.volume) return false;
  if (container !== undefined && container.id === memory.home?.containerId) return true;
  const removed = events.some(
    ({ type, action, id }) => type === 'volume' && action === 'destroy' && id === memory.volume,
  );
  const pruned = events.some(({ type, action }) => type === 'volume' && action === 'prune');
  return eventsComplete && !removed && !pruned;
}
