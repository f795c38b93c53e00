/** What Grafana loads at its start: data sources, folders, dashboards; and who may see and change them. */
import type { FolderName } from './dashboard.ts';

interface Folder {
  readonly title: string;
  /** Roles that may look, change, and administer; a role that is not named sees nothing. */
  readonly viewers: readonly Role[];
  readonly editors: readonly Role[];
}

type Role = 'Viewer' | 'Editor';

/** Folders by name. Business figures are not for everybody who may look at graphs. */
export const FOLDERS: Readonly<Record<FolderName, Folder>> = {
  services: { title: 'Services', viewers: ['Viewer'], editors: ['Editor'] },
  business: { title: 'Business', viewers: ['Editor'], editors: [] },
  telemetry: { title: 'Telemetry', viewers: ['Viewer'], editors: ['Editor'] },
};

/** Identifier of a folder. */
export const folderUid = (name: string): string => `telint-${name}`;

/** Where the dashboards of a folder are inside the container. */
export const folderPath = (name: string): string => `/var/lib/grafana/dashboards/${name}`;

/** provisioning/datasources/datasources.yaml: from traces to logs and metrics and back. */
export function datasources(): object {
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Prometheus',
        type: 'prometheus',
        uid: 'prometheus',
        url: '$PROMETHEUS_URL',
        isDefault: true,
        jsonData: {
          httpMethod: 'POST',
          timeInterval: '30s',
          manageAlerts: true,
          alertmanagerUid: 'alertmanager',
          exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: 'tempo' }],
        },
      },
      {
        name: 'Tempo',
        type: 'tempo',
        uid: 'tempo',
        url: '$TEMPO_URL',
        jsonData: {
          tracesToLogsV2: {
            datasourceUid: 'loki',
            filterByTraceID: true,
            spanStartTimeShift: '-5m',
            spanEndTimeShift: '5m',
          },
          tracesToMetrics: { datasourceUid: 'prometheus' },
          nodeGraph: { enabled: true },
        },
      },
      {
        name: 'Loki',
        type: 'loki',
        uid: 'loki',
        url: '$LOKI_URL',
        jsonData: {
          derivedFields: [
            // `$$` because a single one would be a variable of the environment.
            {
              name: 'trace_id',
              matcherType: 'label',
              matcherRegex: 'trace_id',
              url: '$${__value.raw}',
              datasourceUid: 'tempo',
            },
          ],
        },
      },
      {
        name: 'Alertmanager',
        type: 'alertmanager',
        uid: 'alertmanager',
        url: '$ALERTMANAGER_URL',
        jsonData: { implementation: 'prometheus' },
      },
    ],
  };
}

/** provisioning/dashboards/dashboards.yaml: one provider for each folder. */
export function dashboardProviders(): object {
  return {
    apiVersion: 1,
    providers: Object.entries(FOLDERS).map(([name, { title }]) => ({
      name: folderUid(name),
      orgId: 1,
      type: 'file',
      folder: title,
      folderUid: folderUid(name),
      disableDeletion: false,
      allowUiUpdates: false,
      updateIntervalSeconds: 60,
      options: { path: folderPath(name) },
    })),
  };
}

const VIEW = 1;
const EDIT = 2;

/** Body of `POST /api/folders/:uid/permissions`; administrators of the organisation always may everything. */
export function folderPermissions({ viewers, editors }: Folder): object {
  return {
    items: [
      ...viewers.map((role) => ({ role, permission: VIEW })),
      ...editors.map((role) => ({ role, permission: EDIT })),
    ],
  };
}

/** Sets the permissions of all folders; file provisioning cannot. */
export const PERMISSIONS_SCRIPT = `#!/bin/sh
# Written by npm run generate from dashboards/src: change it there.
# Sets who may see and change the folders: one file per folder, named after its identifier.
# Needs GRAFANA_URL, GRAFANA_ADMIN_USER and the file GRAFANA_ADMIN_PASSWORD_FILE.
set -eu
folder=\${1:-/permissions}
for file in "$folder"/*.json; do
  uid=$(basename "$file" .json)
  curl --fail --silent --show-error --retry 10 --retry-delay 3 --retry-all-errors \\
    --user "$GRAFANA_ADMIN_USER:$(cat "$GRAFANA_ADMIN_PASSWORD_FILE")" \\
    --header 'Content-Type: application/json' --data "@$file" \\
    "$GRAFANA_URL/api/folders/$uid/permissions" >/dev/null
  echo "permissions of $uid are set"
done
`;
