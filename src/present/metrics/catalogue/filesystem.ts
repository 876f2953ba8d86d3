import type { MetricSpec } from './metric.ts';

/** Metrics about filesystems and the host. */
export const FILESYSTEM_METRICS = {
  pgvigil_filesystem_up: {
    type: 'gauge',
    help: 'Whether the filesystem answered in time. 0 while it is stuck. Absent until the first look.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_filesystem_down_info: {
    type: 'gauge',
    help: 'Always 1, and there only while pgvigil_filesystem_up is 0: why it could not be measured.',
    labels: ['mountpoint', 'reason'],
  },
  pgvigil_filesystem_size_bytes: {
    type: 'gauge',
    help: 'Size of the filesystem. Absent while it is stuck.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_filesystem_avail_bytes: {
    type: 'gauge',
    help: 'Space left for a process without privileges. Absent while it is stuck.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_filesystem_files: {
    type: 'gauge',
    help: 'Inodes of the filesystem; 0 where it has no fixed number of them. Absent while it is stuck.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_filesystem_files_free: {
    type: 'gauge',
    help: 'Inodes left. Absent while it is stuck.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_filesystem_readonly: {
    type: 'gauge',
    help: 'Whether nobody can write on it, which is also what the kernel does after an error. A mount that only pgvigil may not write to does not count.',
    labels: ['mountpoint', 'device', 'fstype'],
  },
  pgvigil_server_filesystem_info: {
    type: 'gauge',
    help: 'Always 1. The data of the server lies on this filesystem; for joins.',
    labels: ['server', 'mountpoint'],
  },
  pgvigil_host_boot_timestamp_seconds: {
    type: 'gauge',
    help: 'When the host was booted.',
    labels: [],
  },
} as const satisfies Record<string, MetricSpec>;
