import type { Exporter } from '../../kit/exporter.ts';
import { type Namespace, startNamespace } from '../../kit/namespace.ts';
import { type Network, startNetwork } from '../../kit/network.ts';
import type { Engines } from '../../scenarios/engines.ts';
import { type PostgresOptions, startServer, type WatchedServer } from './server.ts';
import { startVigil, type Vigil, type VigilOptions, type WatchOptions, watchExporter } from './vigil.ts';

/** What a fault is given: everything it starts here is taken away when it is over. */
export interface Stage {
  /** Starts a pgvigil and waits until it is calm; the first one is judged by what holds for all faults. */
  readonly watch: (config: object, options?: VigilOptions) => Promise<Vigil>;
  /** The same for a pgvigil that runs already. */
  readonly adopt: (exporter: Exporter, options?: WatchOptions) => Promise<Vigil>;
  /** A PostgreSQL with a role for pgvigil, and the databases that a pgvigil expects. */
  readonly postgres: (options?: PostgresOptions) => Promise<WatchedServer>;
  /** Mounts and processes that nobody else on the machine sees. */
  readonly namespace: () => Promise<Namespace>;
  /** The Docker engines of the run, which outlive the fault. */
  readonly engines: Engines;
  /** The same with a network of its own, and a cable to this machine. */
  readonly network: () => Promise<Network>;
  /** Takes this away when the fault is over, the last one first. */
  readonly undo: (step: () => Promise<unknown> | unknown) => void;
}

/** A stage, what is watched on it, and how to clear it. */
export interface OpenStage {
  readonly stage: Stage;
  readonly vigils: () => readonly Vigil[];
  readonly clear: () => Promise<void>;
}

export function openStage(engines: Engines): OpenStage {
  const steps: (() => Promise<unknown> | unknown)[] = [];
  const vigils: Vigil[] = [];
  const undo: Stage['undo'] = (step) => void steps.push(step);
  const keep = (vigil: Vigil): Vigil => {
    undo(() => vigil.discard());
    vigils.push(vigil);
    return vigil;
  };
  return {
    stage: {
      engines,
      undo,
      watch: async (config, options) => keep(await startVigil(config, options)),
      adopt: async (exporter, options) => keep(await watchExporter(exporter, options)),
      async postgres(options) {
        const server = await startServer(options);
        undo(() => server.postgres.dispose());
        undo(server.clear);
        return server;
      },
      async namespace() {
        const space = await startNamespace();
        undo(() => space.stop());
        return space;
      },
      async network() {
        const network = await startNetwork();
        undo(() => network.stop());
        return network;
      },
    },
    vigils: () => vigils,
    async clear() {
      for (const step of steps.splice(0).reverse()) await step();
    },
  };
}
