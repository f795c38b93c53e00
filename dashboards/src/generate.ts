/** All generated files of this folder: path relative to it → text. */
import { stringify } from 'yaml';
import { alloyConfig, collectorConfig, grafanaCloudOverlay } from './collector.ts';
import { alloyCompose, composeFile, grafanaCloudCompose } from './compose.ts';
import { DASHBOARDS } from './dashboards/index.ts';
import {
  dashboardProviders,
  datasources,
  folderPermissions,
  FOLDERS,
  folderUid,
  PERMISSIONS_SCRIPT,
} from './grafana-provisioning.ts';
import { alertmanagerConfig, discoveryExamples, exampleTargets, prometheusConfig } from './prometheus-config.ts';
import { ruleFiles, ruleTestFiles, runbooks } from './rules.ts';
import { lokiConfig, tempoConfig } from './stores.ts';

const HEADER = '# Written by npm run generate from dashboards/src: change it there.\n';

const yaml = (content: object): string => HEADER + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
const json = (content: object): string => `${JSON.stringify(content, undefined, 2)}\n`;

/** Builds everything. */
export function generateAll(): Map<string, string> {
  return new Map([
    ...DASHBOARDS.map(({ uid, dashboard }): [string, string] => [`grafana/${uid}.json`, json(dashboard)]),
    ['grafana/provisioning/datasources/datasources.yaml', yaml(datasources())],
    ['grafana/provisioning/dashboards/dashboards.yaml', yaml(dashboardProviders())],
    ...Object.entries(FOLDERS).map(([name, folder]): [string, string] => [
      `grafana/permissions/${folderUid(name)}.json`,
      json(folderPermissions(folder)),
    ]),
    ['grafana/set-permissions.sh', PERMISSIONS_SCRIPT],
    ['prometheus/prometheus.yml', yaml(prometheusConfig())],
    ['prometheus/targets/services.yml', yaml(exampleTargets())],
    ['prometheus/discovery-examples.yml', yaml(discoveryExamples())],
    ...[...ruleFiles()].map(([name, content]): [string, string] => [`prometheus/rules/${name}`, yaml(content)]),
    ...[...ruleTestFiles()].map(([name, content]): [string, string] => [`prometheus/tests/${name}`, yaml(content)]),
    ['alertmanager/alertmanager.yml', yaml(alertmanagerConfig())],
    ['otel/collector.yaml', yaml(collectorConfig())],
    ['otel/grafana-cloud.yaml', yaml(grafanaCloudOverlay())],
    ['otel/config.alloy', alloyConfig()],
    ['stores/tempo.yaml', yaml(tempoConfig())],
    ['stores/loki.yaml', yaml(lokiConfig())],
    ['compose.yaml', yaml(composeFile())],
    ['compose.grafana-cloud.yaml', yaml(grafanaCloudCompose())],
    ['compose.alloy.yaml', yaml(alloyCompose())],
    ['runbooks.md', runbooks()],
  ]);
}
