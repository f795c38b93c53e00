/** Labels that series get from elsewhere than the writes of the code. */
import { parseAllDocuments } from 'yaml';
import type { Workspace } from '../../../eslint-plugin/src/host/workspace.ts';
import type { IndexedMetric } from '../metric-index.ts';

/**
 * Labels of targets: what Prometheus sets itself, and what scrape configurations of Kubernetes, Consul and the clouds
 * commonly add. Sources: configuration reference of Prometheus 3, defaults of kube-prometheus and of the Agent Operator.
 */
export const COMMON_TARGET_LABELS: readonly string[] = [
  ...[
    'job',
    'instance',
    'alertname',
    'alertstate',
    'severity',
    'monitor',
    'replica',
    'prometheus',
    'prometheus_replica',
  ],
  ...[
    'namespace',
    'pod',
    'container',
    'container_name',
    'pod_name',
    'service',
    'endpoint',
    'node',
    'nodename',
    'cluster',
  ],
  ...['workload', 'workload_type', 'deployment', 'statefulset', 'daemonset', 'replicaset', 'owner_kind', 'owner_name'],
  ...['app', 'application', 'component', 'tier', 'team', 'owner', 'project', 'product', 'system', 'group', 'role'],
  ...[
    'env',
    'environment',
    'stage',
    'region',
    'zone',
    'availability_zone',
    'az',
    'dc',
    'datacenter',
    'site',
    'location',
  ],
  ...['host', 'hostname', 'host_name', 'server', 'ip', 'address', 'target', 'scheme', 'chart', 'release', 'heritage'],
  ...['ecs_cluster', 'task', 'task_id', 'image', 'swarm_service', 'network', 'tenant', 'account', 'organization'],
];

/** Labels that are made of resource attributes, or of labels of Kubernetes objects. */
const OF_TARGETS =
  /^(?:__|exported_|k8s_|kubernetes_|app_kubernetes_io_|helm_sh_|service_|host_|deployment_|cloud_|container_|process_|telemetry_|otel_|os_|ecs_|aws_|gcp_|azure_|ec2_|consul_|label_|annotation_|pod_template_hash|controller_revision_hash)/;

/** Is this by its name a label of targets? */
export function isTargetLabel(name: string): boolean {
  return OF_TARGETS.test(name);
}

const SCRAPES =
  /\b(?:scrape_configs|static_configs|target_label|targetLabel|external_labels|externalLabels|targetLabels|podTargetLabels)\b/;

/** Labels that a configuration of Prometheus in YAML adds to what it scrapes. */
export function scrapedLabels(text: string): readonly string[] {
  if (!SCRAPES.test(text)) return [];
  const found = new Set<string>();
  const keys = (value: unknown): void => {
    if (isRecord(value)) for (const key of Object.keys(value)) found.add(key);
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isRecord(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'external_labels' || key === 'externalLabels') keys(inner);
      if ((key === 'target_label' || key === 'targetLabel') && typeof inner === 'string') found.add(inner);
      if ((key === 'targetLabels' || key === 'podTargetLabels') && Array.isArray(inner))
        for (const label of inner) found.add(String(label).replace(/[^a-zA-Z0-9_]/g, '_'));
      if (key === 'static_configs' && Array.isArray(inner))
        for (const target of inner) if (isRecord(target)) keys(target['labels']);
      visit(inner);
    }
  };
  try {
    for (const document of [parseAllDocuments(text, { logLevel: 'silent' })].flat()) visit(document.toJS());
  } catch {
    // Aliases that go round in circles, or a template that is no YAML yet.
  }
  return [...found];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DEFAULTS = /\bsetDefaultLabels\s*\(\s*(\{[^{}]*\})?|\bgroupings\s*:\s*(\{[^{}]*\})?/g;

/** Labels that code sets on all metrics of a register; `undefined` where it does not say which. */
export function defaultLabels(workspace: Workspace): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const paths = new Set([...workspace.mentioning(['setDefaultLabels']), ...workspace.mentioning(['groupings'])]);
  for (const path of paths)
    for (const match of (workspace.text(path) ?? '').matchAll(DEFAULTS)) {
      const object = match[1] ?? match[2];
      if (object === undefined || object.includes('...')) return undefined;
      for (const [, key] of object.matchAll(/[{,]\s*['"]?([A-Za-z_]\w*)/g)) found.add(key ?? '');
    }
  return found;
}

/** A name as Prometheus has it. */
export function promLabel(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_');
}

/** Labels that writes of a metric can set, as Prometheus has them; `undefined` where the code does not tell all of them. */
export function ownLabels({ definition, uses }: IndexedMetric): ReadonlySet<string> | undefined {
  if (definition.library === 'prom') return definition.labelNames && new Set(definition.labelNames);
  // Views add and drop attributes of instruments; what an observer is handed is not followed everywhere.
  if (definition.observed || uses.length === 0 || !definition.holder) return undefined;
  const keys = uses.flatMap(({ use }) => (use.complete ? use.labels.map(({ key }) => key) : ['*']));
  return keys.some((key) => key === '*' || key === '' || key.startsWith('#'))
    ? undefined
    : new Set(keys.map(promLabel));
}

/** Values that a label can have, where every write that sets it says so in constants; '' is always possible. */
export function knownValues({ definition, uses }: IndexedMetric, label: string): ReadonlySet<string> | undefined {
  if (definition.observed || uses.length === 0) return undefined;
  const timers = uses.filter(({ use }) => !use.complete);
  // A timer that ends where nobody followed it can set the label there.
  if (timers.filter(({ use }) => use.method === 'startTimer').length * 2 > timers.length) return undefined;
  const values = new Set(['']);
  let isSet = false;
  for (const { use } of uses)
    for (const { key, bound } of use.labels) {
      if (key === '*' || key === '' || key.startsWith('#')) return undefined;
      if (promLabel(key) !== label) continue;
      if (bound.bound !== 'bounded' || bound.values === undefined) return undefined;
      isSet = true;
      for (const value of bound.values) values.add(value);
    }
  return isSet ? values : undefined;
}
