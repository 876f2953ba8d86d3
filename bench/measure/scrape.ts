import { Agent, get } from 'node:http';

export interface Scrape {
  /** From the request to the last byte of the answer. */
  readonly ms: number;
  /** Of the body, as it came over the wire. */
  readonly bytes: number;
}

export type Encoding = 'plain' | 'gzip';
export const ENCODINGS: readonly Encoding[] = ['plain', 'gzip'];

/** Somebody who scrapes one address again and again over a connection that stays open, as Prometheus does. */
export interface Scraper {
  readonly scrape: (encoding: Encoding) => Promise<Scrape>;
  readonly close: () => void;
}

/** Rejects what takes longer than `timeoutMs`, or is no 200. */
export function createScraper(address: string, timeoutMs = 120_000): Scraper {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    scrape: (encoding) =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        const headers = encoding === 'gzip' ? { 'accept-encoding': 'gzip' } : {};
        const signal = AbortSignal.timeout(timeoutMs);
        const request = get(`http://${address}/metrics`, { agent, headers, signal }, (response) => {
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode !== 200) reject(new Error(`${address} answered ${response.statusCode}`));
            else resolve({ ms: performance.now() - startedAt, bytes });
          });
        });
        request.on('error', reject);
      }),
    close: () => agent.destroy(),
  };
}

/** Many scrapers that begin at the same moment; gives what each of them got. */
export async function burst(scrapers: readonly Scraper[], encoding: Encoding): Promise<readonly Scrape[]> {
  return Promise.all(scrapers.map(({ scrape }) => scrape(encoding)));
}
