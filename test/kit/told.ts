import type { Webhook } from './webhook.ts';

/** How often and how an alert was told, in order: a status that differs from the one before. */
export function turnsOf(webhook: Webhook, labels: Readonly<Record<string, string>>): readonly string[] {
  const told = statusesOf(webhook, labels);
  return told.filter((status, index) => status !== told[index - 1]);
}

/** The statuses an alert was told with, one for each message it was part of. */
export function statusesOf(webhook: Webhook, labels: Readonly<Record<string, string>>): readonly string[] {
  return webhook.received
    .flatMap(({ body }) => body.alerts)
    .filter((alert) => Object.entries(labels).every(([name, value]) => alert.labels[name] === value))
    .map(({ status }) => status);
}
