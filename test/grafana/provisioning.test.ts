import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FOLDER } from '../../grafana/src/alerting/document.ts';
import { PROMETHEUS_UID } from '../../grafana/src/alerting/grafana-rule.ts';
import { type PrometheusFile, ROOT } from '../kit/bundle.ts';

const read = (file: string): unknown => parse(readFileSync(join(ROOT, file), 'utf8'));

interface DataSources {
  datasources: {
    uid: string;
    type: string;
    url: string;
    editable: boolean;
    jsonData: Record<string, unknown>;
  }[];
}
interface Providers {
  providers: Record<string, unknown>[];
}

describe('the data sources', () => {
  const { datasources } = read('grafana/provisioning/datasources/pgvigil.yml') as DataSources;
  const [prometheus, alertmanager] = datasources;

  test('are Prometheus and Alertmanager at the addresses of the compose file', () => {
    expect(datasources.map(({ uid, type, url }) => [uid, type, url])).toEqual([
      [PROMETHEUS_UID, 'prometheus', 'http://prometheus:9090'],
      ['pgvigil-alertmanager', 'alertmanager', 'http://alertmanager:9093'],
    ]);
    expect(prometheus?.jsonData['alertmanagerUid']).toBe(alertmanager?.uid);
    expect(datasources.filter(({ editable }) => editable)).toEqual([]);
  });

  test('have the scrape interval that pgvigil is scraped at', () => {
    const { global, scrape_configs } = read('prometheus/prometheus.yml') as PrometheusFile;
    const job = scrape_configs.find(({ job_name }) => job_name === 'pgvigil');
    expect(prometheus?.jsonData['timeInterval']).toBe(job?.scrape_interval ?? global.scrape_interval);
  });

  test('leave the alerts to one evaluator', () => {
    expect(alertmanager?.jsonData['handleGrafanaManagedAlerts']).toBe(false);
  });
});

test('the dashboards are in the folder of the alerts, and nobody changes them', () => {
  const { providers } = read('grafana/provisioning/dashboards/pgvigil.yml') as Providers;
  expect(providers).toMatchObject([
    { folder: FOLDER, folderUid: 'pgvigil', type: 'file', disableDeletion: true, allowUiUpdates: false },
  ]);
});

test('no alert is provisioned', () => {
  const files = readdirSync(join(ROOT, 'grafana/provisioning/alerting'));
  expect(files.filter((file) => /\.(ya?ml|json)$/.test(file))).toEqual([]);
});
