import { type Alertmanager, type AlertmanagerOptions, startAlertmanager } from './alertmanager.ts';
import { freePorts } from './ports.ts';
import { waitFor } from './wait.ts';

/** Two Alertmanagers that tell each other what they have told. */
export interface AlertmanagerPair {
  /** It sends at once. */
  readonly first: Alertmanager;
  /** It waits for `--cluster.peer-timeout`, and sends what the first one has not told by then. */
  readonly second: Alertmanager;
  readonly stop: () => Promise<void>;
}

/** Starts two Alertmanagers that know each other, and waits until they have settled. Needs `alertmanager`. */
export async function startAlertmanagerPair(
  options: AlertmanagerOptions,
  peerTimeout: string,
): Promise<AlertmanagerPair> {
  const [one = '', two = ''] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  const members: Alertmanager[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
  };
  try {
    for (const [listen, peer] of [
      [one, two],
      [two, one],
    ] as const) {
      members.push(await startAlertmanager({ ...options, cluster: { listen, peers: [peer], peerTimeout } }));
    }
    const positions = await Promise.all(members.map(settledPosition));
    const at = (position: number): Alertmanager => {
      const member = members[positions.indexOf(position)];
      if (member === undefined) throw new Error(`no member at position ${position}: ${positions.join(', ')}`);
      return member;
    };
    return { first: at(0), second: at(1), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A member that has not settled holds back what it would send. */
async function settledPosition({ url }: Alertmanager): Promise<number> {
  return waitFor('the cluster has settled', 30_000, async () => {
    const status = (await (await fetch(`${url}/api/v2/status`)).json()) as {
      readonly cluster: { readonly status: string; readonly peers?: readonly unknown[] };
    };
    if (status.cluster.status !== 'ready' || status.cluster.peers?.length !== 2) return undefined;
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const position = /^alertmanager_peer_position (\d+)$/m.exec(metrics)?.[1];
    return position === undefined ? undefined : Number(position);
  });
}
