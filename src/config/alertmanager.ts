import type { AlertmanagerConfig } from '../model/config.ts';
import type { Secret } from '../model/secret.ts';
import type { FileDeps } from './given-files.ts';
import { readPasswordFile } from './passwords.ts';
import type { Path, Report } from './problem.ts';
import type { Salvaged } from './salvage.ts';
import type { AlertmanagerInput } from './schema-alertmanager.ts';
import { readCertificates } from './tls.ts';

/** What is needed to check the section `alertmanager`. */
export interface AlertmanagerContext {
  readonly files: FileDeps;
  readonly problem: Report;
  readonly warning: Report;
}

/** What the shape of the section leaves open: the files in it, read. */
export interface AlertmanagerParts {
  readonly password: Secret | undefined;
  readonly ca: string | undefined;
}

const AT = 'alertmanager';
/** Given by pgvigil itself: a second meaning would make another alert of it than the one of Prometheus. */
const OWN_LABELS = ['alertname', 'severity', 'server', 'datname', 'volume'];
/** As Prometheus has it (data model, "Metric names and labels"). */
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Checks what spans several values of the section and reads the files it names. */
export function inspectAlertmanager(
  section: Salvaged<AlertmanagerInput>,
  { files, problem, warning }: AlertmanagerContext,
): AlertmanagerParts {
  const { urls = [], labels = {}, basic_auth: basicAuth, ca_file: caFile } = section;
  checkLabels(labels, problem);
  for (const [index, url] of urls.entries()) {
    if (url !== undefined && urls.indexOf(url) !== index)
      problem([AT, 'urls', index], 'is in the list already: name each Alertmanager once');
  }
  const passwordFile = basicAuth?.password_file;
  const password =
    passwordFile === undefined
      ? undefined
      : readPasswordFile(passwordFile, files, (message) =>
          problem([AT, 'basic_auth', 'password_file'], message),
        );
  const caPath: Path = [AT, 'ca_file'];
  const ca =
    caFile === undefined ? undefined : readCertificates(caFile, files, (message) => problem(caPath, message));
  if (caFile !== undefined && !urls.some((url) => url?.startsWith('https:')))
    warning(caPath, 'has no effect: none of the urls begins with https://');
  return { password, ca };
}

function checkLabels(labels: Readonly<Record<string, unknown>>, problem: Report): void {
  for (const [name, value] of Object.entries(labels)) {
    const tell = (message: string): void => problem([AT, 'labels', name], message, 'key');
    if (OWN_LABELS.includes(name))
      tell(`the label \`${name}\` is given by pgvigil itself: delete it, or choose another name`);
    else if (!LABEL_NAME.test(name))
      tell('a label has letters, digits and _ only, and begins with no digit: choose another name');
    else if (value === '') tell('a label without a value is none: give it one, or delete it');
  }
}

/** Puts the section together. */
export function buildAlertmanager(input: AlertmanagerInput, parts: AlertmanagerParts): AlertmanagerConfig {
  const { urls, labels, dashboard_url: dashboardUrl, basic_auth: basicAuth } = input;
  return {
    urls,
    labels,
    dashboardUrl,
    basicAuth:
      basicAuth === undefined || parts.password === undefined
        ? undefined
        : { username: basicAuth.username, password: parts.password },
    ca: parts.ca,
  };
}
