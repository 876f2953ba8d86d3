import { writeFile } from 'node:fs/promises';
import { type Namespace, startNamespace } from './namespace.ts';
import { program } from './needs.ts';
import { run } from './process.ts';

/** The addresses of one end of a cable. */
export interface End {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** A namespace that has a network of its own, with one cable to this machine and no other way out. */
export interface Network extends Namespace {
  /** Where programs inside listen for this machine. */
  readonly inside: End;
  /** Where servers of this machine listen for those inside. */
  readonly outside: End;
  /** A rule of the filter table inside, for IPv4. */
  iptables(...rule: readonly string[]): Promise<void>;
  /** The same for IPv6. */
  ip6tables(...rule: readonly string[]): Promise<void>;
  /** Takes all rules away. */
  flush(): Promise<void>;
  /** Puts `file` of this machine in the place of a file, for those inside; what is written to it later is seen. */
  cover(path: string, file: string, text: string): Promise<void>;
}

const ATTEMPTS = 20;

/** Starts one; needs `network`. */
export async function startNetwork(): Promise<Network> {
  const space = await startNamespace(['--net']);
  try {
    const { number, inside, outside } = await plug(space);
    const iptables = async (...rule: readonly string[]): Promise<void> => {
      await space.run(program('iptables'), ...rule);
    };
    const ip6tables = async (...rule: readonly string[]): Promise<void> => {
      await space.run(program('ip6tables'), ...rule);
    };
    return {
      ...space,
      inside,
      outside,
      iptables,
      ip6tables,
      async flush() {
        await iptables('-F');
        await ip6tables('-F');
      },
      async cover(path, file, text) {
        await writeFile(file, text);
        await space.run(program('mount'), '--bind', file, path);
      },
      async stop() {
        const exit = await space.stop();
        // The kernel takes the cable away with the namespace, some time later.
        await run({ command: program('ip'), args: ['link', 'delete', cable(number)] });
        return exit;
      },
    };
  } catch (error) {
    await space.stop();
    throw error;
  }
}

const cable = (number: number): string => `pgvigil${number}`;

/** Lays the cable. Addresses are those of RFC 2544 and RFC 4193, which nobody else here has. */
async function plug(
  space: Namespace,
): Promise<{ readonly number: number; readonly inside: End; readonly outside: End }> {
  const ip = program('ip');
  const number = await freeCable(space);
  const end = (host: number): End => ({
    ipv4: `198.18.${number}.${host}`,
    ipv6: `fdb9:18:${number}::${host}`,
  });
  const [outside, inside] = [end(1), end(2)];
  const name = cable(number);
  await must('address', 'add', `${outside.ipv4}/30`, 'dev', name);
  await must('address', 'add', `${outside.ipv6}/64`, 'dev', name, 'nodad');
  await must('link', 'set', name, 'up');
  await space.run(ip, 'link', 'set', 'lo', 'up');
  await space.run(ip, 'address', 'add', `${inside.ipv4}/30`, 'dev', 'cable');
  await space.run(ip, 'address', 'add', `${inside.ipv6}/64`, 'dev', 'cable', 'nodad');
  await space.run(ip, 'link', 'set', 'cable', 'up');
  return { number, inside, outside };
}

/** Makes the first cable whose number nobody has. */
async function freeCable(space: Namespace): Promise<number> {
  let last = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const number = 1 + Math.floor(Math.random() * 250);
    const peer = ['type', 'veth', 'peer', 'name', 'cable', 'netns', space.pid];
    const { code, output } = await run({
      command: program('ip'),
      args: ['link', 'add', cable(number), ...peer],
    });
    if (code === 0) return number;
    last = output;
  }
  throw new Error(`no cable: ${last}`);
}

async function must(...args: readonly string[]): Promise<void> {
  const { code, output } = await run({ command: program('ip'), args });
  if (code !== 0) throw new Error(`ip ${args.join(' ')} ended with ${code}:\n${output}`);
}
