import { writeFile } from 'node:fs/promises';
import { VOLUME_LOSSES } from '../../scenarios/losses-docker.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { fromScenario, scenarioNamed } from '../harness/from-scenario.ts';
import { seconds } from '../harness/words.ts';
import { CONTAINER_NEEDS, type WatchedContainer, watchContainer } from './container.ts';

type DockerScenario = Extract<Scenario, { stage: 'docker' }>;
const lossNamed = (name: string): DockerScenario => scenarioNamed<DockerScenario>(VOLUME_LOSSES, name);

/** An event wakes everything; a list and a connection follow. */
const SOON_MS = 10_000;
/** A container that is made anew takes a while to start. */
const BACK_WITHIN_MS = 30_000;
const SERVER = { server: 'main' };

/** The data is nowhere said to be lost. */
const lost = (scrape: Exposition): string | undefined =>
  scrape.find('pgvigil_volume_present').some(({ value }) => value === 0) ||
  scrape.find('pgvigil_database_present').some(({ value }) => value === 0)
    ? 'data that is there was called lost'
    : undefined;

const oomKills = (scrape: Exposition | undefined): number =>
  scrape?.find('pgvigil_container_oom_kills_total', SERVER)[0]?.value ?? 0;

/** Removes the container in this way, and has compose make it anew on its volume. */
async function removedAndBack(
  { docker, compose, ready, vigil, isWell }: WatchedContainer,
  ...command: readonly string[]
): Promise<string> {
  await docker(...command);
  const gone = await vigil.becomes('the container is gone', SOON_MS, (scrape) => {
    const running = scrape.find('pgvigil_container_running', SERVER).some(({ value }) => value === 1);
    return !running && scrape.value('pgvigil_server_up', SERVER) === 0;
  });
  await compose('up', '-d');
  await ready();
  const back = await vigil.becomes('seen well', BACK_WITHIN_MS, isWell);
  return `${command.slice(0, -1).join(' ')}: gone after ${seconds(gone)}, its volume there, back after ${seconds(back)}`;
}

/** Volumes, containers and memory that are taken away. */
export const DOCKER_LOSSES: readonly Fault[] = [
  fromScenario(56, lossNamed('compose down -v')),
  fromScenario(57, lossNamed('docker rm, docker volume prune')),
  fromScenario(58, lossNamed('directory of the volume deleted behind Docker')),
  {
    row: 59,
    name: 'docker rm -f and rm -fv: the container is gone, and its volume is not',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const container = await watchContainer(stage, { slug: 'f59x' });
      container.vigil.watch.forbid(lost);
      const plain = await removedAndBack(container, 'rm', '-f', container.container);
      return `${plain}; ${await removedAndBack(container, 'rm', '-fv', container.container)}`;
    },
  },
  fromScenario<DockerScenario>(
    59,
    {
      name: 'docker rm -fv takes the anonymous volume of the data with it',
      group: 'loss',
      stage: 'docker',
      options: { volume: 'none' },
      act: async ({ docker, container }) => void (await docker('rm', '-fv', container)),
      expect: [{ kind: 'volume_missing', cause: 'volume_removed', evidence: ['volume_absent'] }],
      withinMs: 25_000,
      watchMs: 0,
    },
    {},
  ),
  {
    row: 60,
    name: 'out of memory: a child of the container, then the postmaster',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const { vigil, docker, container, isWell, ready } = await watchContainer(stage, {
        slug: 'f60x',
        service: { service: { mem_limit: '120m', memswap_limit: '120m' } },
      });
      vigil.watch.forbid(lost);
      const greed = (): Promise<string> =>
        docker('exec', container, 'bash', '-c', 'head -c 400m /dev/zero | tail').catch(() => '');
      await greed();
      const child = await vigil.becomes('a kill is counted', SOON_MS, (scrape) => oomKills(scrape) > 0);
      await vigil.becomes('seen well', BACK_WITHIN_MS, isWell);
      const before = oomKills(vigil.watch.last());
      const pid = await docker('inspect', '--format', '{{.State.Pid}}', container);
      await writeFile(`/proc/${pid}/oom_score_adj`, '1000');
      await greed();
      const whole = await vigil.becomes('the container is down', SOON_MS, (scrape) => {
        const running = scrape.find('pgvigil_container_running', SERVER)[0]?.value;
        return running === 0 && oomKills(scrape) > before && scrape.value('pgvigil_server_up', SERVER) === 0;
      });
      await docker('start', container);
      await ready();
      const back = await vigil.becomes('seen well', BACK_WITHIN_MS, isWell);
      return `a child counted after ${seconds(child)}, the container down after ${seconds(whole)}, back after ${seconds(back)}`;
    },
  },
  {
    row: 71,
    name: 'the data lies in an anonymous volume, for the named one is mounted beside it',
    needs: CONTAINER_NEEDS,
    async play(stage) {
      const { vigil } = await watchContainer(stage, {
        slug: 'f71x',
        service: { volume: { target: '/var/lib/postgresql' } },
      });
      const risk = { ...SERVER, risk: 'anonymous_volume' };
      const told = await vigil.until('pgvigil_risk', risk, 1, SOON_MS);
      return `told as a risk after ${seconds(told)}, nothing lost yet`;
    },
  },
];
