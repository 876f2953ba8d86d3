import type { Question } from '../../model/answer.ts';

/** The questions of an investigation, as a person asks them. */
export const ASKED = {
  docker_restarted: 'Was Docker restarted?',
  volume_there: 'Is the volume still there?',
  disk_space: 'Is there disk space?',
  removal_logged: 'Is a removal logged?',
  reboot_or_update: 'Was there a reboot or an update?',
} as const satisfies Record<Question, string>;
