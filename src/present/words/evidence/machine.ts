import type { EvidenceKind } from '../../../model/evidence.ts';
import { bytes, type Facts, listed, named, number, sentence, text } from '../facts.ts';

/** What the machine tells, one sentence for each kind. */
export const MACHINE_EVIDENCE = {
  disk_full: (facts) => {
    const size = bytes(facts, 'size_bytes');
    return `${sentence(filesystem(facts))} has no space left${size === undefined ? '' : ` of ${size}`}.`;
  },
  inodes_used_up: (facts) => {
    const files = number(facts, 'files');
    return `${sentence(filesystem(facts))} has no inodes left${files === undefined ? '' : ` of ${files}`}.`;
  },
  disk_figures: (facts) => {
    const avail = bytes(facts, 'avail_bytes');
    const size = bytes(facts, 'size_bytes');
    if (avail === undefined || size === undefined) return `Disk figures: ${listed(facts) || 'none'}.`;
    return `${sentence(filesystem(facts))} had ${avail} free of ${size}.`;
  },
  host_booted: () => 'The host was booted.',
} as const satisfies Partial<Record<EvidenceKind, (facts: Facts) => string>>;

const filesystem = (facts: Facts): string => named('filesystem', text(facts, 'mountpoint'));
