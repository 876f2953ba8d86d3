import type { FilesystemVerdict, Report, VolumeVerdict } from '../../../model/report.ts';
import type { Instant } from '../../../model/time.ts';
import { formatBytes } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import { isScarce } from './concerns.ts';
import { answer, moment, size, verdict } from './format.ts';
import { table } from './table.ts';
import type { Level, Word } from './words.ts';

/** The volumes that hold data, or nothing where Docker is off. */
export function volumesSection({ docker, volumes }: Report, now: Instant): Html | undefined {
  if (!docker.enabled) return undefined;
  return html`<section aria-labelledby="volumes">
<h2 id="volumes">Docker volumes</h2>
${docker.up === false ? html`<p>${verdict({ level: 'unsure', word: 'Docker could not be asked' })} ${docker.detail}</p>` : undefined}
${volumes.length === 0 ? html`<p class="dim">No volume is watched.</p>` : volumeTable(volumes, now)}
</section>`;
}

function volumeTable(volumes: readonly VolumeVerdict[], now: Instant): Html {
  return table({
    caption: 'Volumes that hold or may hold data',
    columns: ['Volume', 'Verdict', 'Expected', 'Holds the data of', { numeric: 'Size' }, 'Last seen'],
    rows: volumes.map((volume) => [
      html`<span class="name">${volume.name}</span>`,
      answer(volume.present, 'present', 'missing', { yes: 'well', no: volume.expected ? 'wrong' : 'quiet' }),
      volume.expected ? 'yes' : html`<span class="dim">no</span>`,
      heldBy(volume),
      size(volume.sizeBytes),
      moment(volume.lastSeenAt, now),
    ]),
  });
}

function heldBy({ server, mounted }: VolumeVerdict): Html {
  if (server === undefined) return html`<span class="dim">–</span>`;
  if (mounted === true) return html`${server}`;
  return html`${server} ${answer(mounted, '', 'not mounted')}`;
}

/** The filesystems under the data. */
export function filesystemsSection({ filesystems }: Report): Html {
  return html`<section aria-labelledby="filesystems">
<h2 id="filesystems">Filesystems</h2>
${filesystems.length === 0 ? html`<p class="dim">No filesystem is watched.</p>` : filesystemTable(filesystems)}
</section>`;
}

function filesystemTable(filesystems: readonly FilesystemVerdict[]): Html {
  return table({
    caption: 'Space and files left',
    columns: ['Mountpoint', 'Verdict', 'Space', 'Files', 'Device', 'Holds the data of'],
    rows: filesystems.map((filesystem) => [
      html`<span class="name">${filesystem.mountpoint}</span>`,
      html`${verdict(wordOf(filesystem))}${filesystem.up === false ? html` <span class="why">${filesystem.reason}</span>` : undefined}`,
      spaceOf(filesystem),
      filesOf(filesystem),
      html`<span class="why">${filesystem.device} ${filesystem.fstype}</span>`,
      filesystem.servers.length > 0 ? filesystem.servers.join(', ') : html`<span class="dim">–</span>`,
    ]),
  });
}

/** Whether data can be written to it: the worst that is known. */
function wordOf(filesystem: FilesystemVerdict): Word {
  const { up, readonly, servers, sizeBytes, availBytes, files, filesFree } = filesystem;
  if (up === false) return { level: 'unsure', word: 'does not answer' };
  if (readonly) return { level: servers.length > 0 ? 'wrong' : 'quiet', word: 'read-only' };
  if (up === undefined || sizeBytes === undefined || availBytes === undefined)
    return { level: 'unsure', word: 'unknown' };
  if (availBytes === 0) return { level: 'wrong', word: 'full' };
  if (files !== undefined && files > 0 && filesFree === 0) return { level: 'wrong', word: 'no inodes left' };
  if (isScarce(availBytes, sizeBytes)) return { level: 'unsure', word: 'nearly full' };
  return { level: 'well', word: 'writable' };
}

function spaceOf({ sizeBytes, availBytes }: FilesystemVerdict): Html {
  if (sizeBytes === undefined || availBytes === undefined || sizeBytes === 0) {
    return html`<span class="dim">unknown</span>`;
  }
  return html`${bar(1 - availBytes / sizeBytes)} <span class="free">${formatBytes(availBytes)} free of ${formatBytes(sizeBytes)}</span>`;
}

function filesOf({ files, filesFree }: FilesystemVerdict): Html {
  if (files === undefined || filesFree === undefined || files === 0) return html`<span class="dim">–</span>`;
  return html`${Math.floor((filesFree / files) * 100)} % free`;
}

/** A bar of what is used; its length is an attribute, for the policy of the page forbids inline styles. */
function bar(used: number): Html {
  const percent = Math.round(Math.min(1, Math.max(0, used)) * 100);
  const level: Level = percent >= 95 ? 'wrong' : percent >= 85 ? 'unsure' : 'well';
  return html`<svg class="bar ${level}" role="img" aria-label="${percent} % used" viewBox="0 0 100 8" preserveAspectRatio="none"><rect class="track" width="100" height="8"/><rect class="used" width="${percent}" height="8"/></svg>`;
}
