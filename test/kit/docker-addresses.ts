/**
 * The addresses of a private engine's networks, and the bridges that are left when it ends.
 *
 * An engine that ends leaves the bridges of its networks on the machine, each with its addresses, and an engine that
 * starts avoids what is in use: after thirty of them Docker's own pools are empty. So each engine has a block of its
 * own, whose bridges can be told from everybody else's and are removed with it.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

/** A block of 10.192.0.0/12: 64 networks of 62 containers each. */
export interface AddressBlock {
  /** The arguments of dockerd that make it use this block and no other. */
  readonly dockerdArgs: readonly string[];
  /** Removes every bridge that has an address of this block. */
  removeBridges(): void;
}

const BLOCKS = 256;

/** A block in which no interface of this machine has an address. */
export function takeAddressBlock(): AddressBlock {
  const start = randomInt(BLOCKS);
  const all = Array.from({ length: BLOCKS }, (_, index) => (start + index) % BLOCKS);
  const block = all.find((number) => bridgesIn(number).length === 0);
  if (block === undefined)
    throw new Error('10.192.0.0/12 is in use; remove the bridges br-… that nobody needs');
  return {
    dockerdArgs: ['--default-address-pool', `base=${firstOctets(block)}.0/20,size=26`],
    removeBridges() {
      for (const bridge of bridgesIn(block)) spawnSync('ip', ['link', 'delete', bridge]);
    },
  };
}

/** The first three octets of the block's first address. */
function firstOctets(block: number): string {
  return `10.${192 + Math.floor(block / 16)}.${(block % 16) * 16}`;
}

/** Of all interfaces: Node tells only of those with a carrier, and a bridge without containers has none. */
function bridgesIn(block: number): string[] {
  const { stdout } = spawnSync('ip', ['-json', 'address', 'show', 'to', `${firstOctets(block)}.0/20`], {
    encoding: 'utf8',
  });
  return (JSON.parse(stdout || '[]') as { ifname?: string }[]).flatMap(({ ifname }) => ifname ?? []);
}
