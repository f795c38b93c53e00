import { CORE_METRICS, TELEMETRY_METRICS, type CoreMetric } from '../../../runtime/src/metrics.ts';
import { PROMETHEUS } from '../prometheus-metrics.ts';
import { gauge, rule, select, sumIncrease } from '../query.ts';
import { series, SHOP, type Alert, type AlertGroup } from './alert.ts';

const {
  exportCircuitOpen,
  exportFailures,
  folded,
  sanitized,
  series: seriesCount,
  seriesLimit,
  spansDropped,
} = TELEMETRY_METRICS;
const { scrapeDuration } = PROMETHEUS;

/** Labels that fold what they do not know or what is rare: that is what they are for. */
const FOLD_BY_DESIGN = [
  ...new Set(
    Object.values<Readonly<Record<string, CoreMetric>>>(CORE_METRICS).flatMap((set) =>
      Object.values(set).flatMap(({ labels }) =>
        Object.entries(labels)
          .filter(([, spec]) => spec.kind === 'topK' || spec.kind === 'known')
          .map(([label]) => label),
      ),
    ),
  ),
].sort();

const ORDERS = { ...SHOP, metric: 'orders_total' } as const;

const cardinalityLimitReached: Alert = {
  name: 'CardinalityLimitReached',
  severity: 'warning',
  expr: `${sumIncrease(folded, rule('10m'), { by: ['job', 'metric', 'label'], where: { label: `!~${FOLD_BY_DESIGN.join('|')}` } })} > 0`,
  summary: 'Label {{ $labels.label }} of {{ $labels.metric }} has too many values in {{ $labels.job }}',
  description:
    '{{ $value | humanize }} writes to {{ $labels.metric }} within 10 minutes lost their value of {{ $labels.label }}: it became __other__, or the write was dropped.',
  runbook: {
    meaning:
      'A label got more different values than its domain or the limits of the registry let through. Labels that fold by design (top k, known values) are left out.',
    impact: 'Sums stay right; the values behind `__other__` cannot be told apart.',
    steps: [
      'Dashboard "Telemetry health", panel "Demand of labels": how many values were asked for?',
      'An identifier (user, order, raw path)? Take it out of the label; put it on the span or in the log.',
      'Legitimate values: give the label a domain that fits (`oneOf`, `free({ max })`, `topK`).',
      'Run `telint check`: the rule `no-unbounded-label` shows where the values come from.',
    ],
  },
  tests: [
    {
      title: 'new values of a label all the time',
      series: [series(folded, { ...ORDERS, label: 'customer' }, '0+5x60')],
      at: '15m',
      fires: [
        {
          labels: { job: 'shop', metric: 'orders_total', label: 'customer' },
          summary: 'Label customer of orders_total has too many values in shop',
          description:
            '100 writes to orders_total within 10 minutes lost their value of customer: it became __other__, or the write was dropped.',
        },
      ],
    },
    {
      title: 'a flood of long ago, and a label that folds by design',
      series: [
        series(folded, { ...ORDERS, label: 'customer' }, '1000x60'),
        series(
          folded,
          { ...ORDERS, label: 'tenant' satisfies keyof typeof CORE_METRICS.business.requestsByTenant.labels },
          '0+5x60',
        ),
      ],
      at: '15m',
      fires: [],
    },
  ],
};

const cardinalityNearLimit: Alert = {
  name: 'CardinalityNearLimit',
  severity: 'info',
  expr: `${seriesCount.name} / ${seriesLimit.name} > 0.8`,
  for: '15m',
  summary:
    '{{ $labels.metric }} of {{ $labels.job }} has {{ $value | humanizePercentage }} of the series that it may have',
  description:
    'On {{ $labels.instance }} {{ $labels.metric }} nears the limit of its series. Beyond it labels become __other__.',
  runbook: {
    meaning: 'Label sets of a metric against its limit.',
    impact: 'None yet. At the limit new label sets are folded, and Prometheus pays for each series until then.',
    steps: [
      'Dashboard "Telemetry health": which label has many values?',
      'Is the product of the labels meant? Drop a label that no dashboard and no alert uses.',
      'It is meant: raise `maxSeries` of the metric.',
    ],
  },
  tests: [
    {
      title: '900 of 1000 series',
      series: [series(seriesCount, ORDERS, '900x60'), series(seriesLimit, ORDERS, '1000x60')],
      at: '20m',
      fires: [
        {
          labels: { ...ORDERS },
          summary: 'orders_total of shop has 90% of the series that it may have',
          description: 'On shop-1:9464 orders_total nears the limit of its series. Beyond it labels become __other__.',
        },
      ],
    },
    {
      title: 'half of the series',
      series: [series(seriesCount, ORDERS, '500x60'), series(seriesLimit, ORDERS, '1000x60')],
      at: '20m',
      fires: [],
    },
  ],
};

const exporterFailing: Alert = {
  name: 'ExporterFailing',
  severity: 'warning',
  expr:
    `${gauge('max', exportCircuitOpen, rule('5m'), { by: ['job', 'instance'] })} == 1 or ` +
    `${sumIncrease(exportFailures, rule('5m'), { by: ['job', 'instance'] })} > 3`,
  for: '5m',
  summary: '{{ $labels.job }} on {{ $labels.instance }} cannot export its spans',
  description:
    'Exports of spans from {{ $labels.instance }} have failed for 5 minutes. Spans wait in memory or on disk, then they are lost.',
  runbook: {
    meaning: 'The collector does not take what the exporter sends, or is not reached.',
    impact: 'Traces are late; when queue and spool are full they are lost. Requests are not affected.',
    steps: [
      'Read the warnings of the service (`TELINT_EXPORT…`, `TELINT_SPANS_DROPPED`): they name the cause.',
      'Is the collector up, and does its own queue move? See `otelcol_exporter_send_failed_spans`.',
      '401 or a TLS error: compare headers and certificates with those of the collector.',
    ],
  },
  tests: [
    {
      title: 'a paused exporter',
      series: [series(exportCircuitOpen, SHOP, '1x60'), series(exportFailures, SHOP, '5x60')],
      at: '10m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 cannot export its spans',
          description:
            'Exports of spans from shop-1:9464 have failed for 5 minutes. Spans wait in memory or on disk, then they are lost.',
        },
      ],
    },
    {
      title: 'every export fails, and the circuit closes in between',
      series: [series(exportCircuitOpen, SHOP, '0x60'), series(exportFailures, SHOP, '0+2x60')],
      at: '15m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 cannot export its spans',
          description:
            'Exports of spans from shop-1:9464 have failed for 5 minutes. Spans wait in memory or on disk, then they are lost.',
        },
      ],
    },
    {
      title: 'a restart of the collector',
      series: [series(exportCircuitOpen, SHOP, '0x60'), series(exportFailures, SHOP, '0x10 2x50')],
      at: '10m',
      fires: [],
    },
  ],
};

const telemetryQueueFull: Alert = {
  name: 'TelemetryQueueFull',
  severity: 'warning',
  expr: `${sumIncrease(spansDropped, rule('10m'), { by: ['job', 'instance'], where: { reason: '=queue_full' } })} > 0`,
  summary: '{{ $labels.job }} on {{ $labels.instance }} loses spans',
  description:
    '{{ $labels.instance }} dropped {{ $value | humanize }} spans within 10 minutes, because its queue was full.',
  runbook: {
    meaning: 'Spans end faster than the collector takes them.',
    impact: 'Traces have holes. Requests are not affected.',
    steps: [
      'ExporterFailing at the same time? Follow its steps.',
      'Sample less (`adaptiveSampler` holds a number of traces per second), or raise `maxQueueSize`.',
      'Scale the collector: its memory limiter refuses spans when it is short of memory.',
    ],
  },
  tests: [
    {
      title: 'dropped spans',
      series: [series(spansDropped, { ...SHOP, reason: 'queue_full' }, '0+10x60')],
      at: '15m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 loses spans',
          description: 'shop-1:9464 dropped 200 spans within 10 minutes, because its queue was full.',
        },
      ],
    },
    {
      title: 'a full queue of long ago; spans that came after the shutdown',
      series: [
        series(spansDropped, { ...SHOP, reason: 'queue_full' }, '50x60'),
        series(spansDropped, { ...SHOP, reason: 'shutdown' }, '0+1x60'),
      ],
      at: '15m',
      fires: [],
    },
  ],
};

const found = select(sanitized, rule('15m'));

const secretsInTelemetry: Alert = {
  name: 'SecretsInTelemetry',
  severity: 'warning',
  // A series that begins with its first count has no increase yet.
  expr: `sum by (job, place, category) (increase(${found}[15m]) > 0 or (${found} unless ${found} offset 15m))`,
  summary: '{{ $labels.job }} writes sensitive data into telemetry ({{ $labels.place }}: {{ $labels.category }})',
  description:
    'The sanitizer of {{ $labels.job }} replaced sensitive values within 15 minutes. Nothing left the process, but the code that writes them should not.',
  runbook: {
    meaning:
      'The sanitizer found a credential or personal data in an attribute, label, log or error text and replaced it.',
    impact: 'None outside. The next path may not run through the sanitizer.',
    steps: [
      'Dashboard "Telemetry health", panel "Sanitized": where and which category?',
      'Run `telint check`: the rules on personal data and secrets name the line that writes it.',
      'Take the value out at its source, or wrap it with `secret()` or `pii()`.',
      'A false alarm: add the key to `allowKeys` of the sanitizer.',
    ],
  },
  tests: [
    {
      title: 'passwords in attributes, counted for the first time and again',
      series: [series(sanitized, { ...SHOP, place: 'attribute', category: 'credential' }, '_x20 1 1 2x60')],
      at: '12m',
      fires: [
        {
          labels: { job: 'shop', place: 'attribute', category: 'credential' },
          summary: 'shop writes sensitive data into telemetry (attribute: credential)',
          description:
            'The sanitizer of shop replaced sensitive values within 15 minutes. Nothing left the process, but the code that writes them should not.',
        },
      ],
    },
    {
      title: 'a single find',
      series: [series(sanitized, { ...SHOP, place: 'label', category: 'contact' }, '_x20 1x60')],
      at: '12m',
      fires: [
        {
          labels: { job: 'shop', place: 'label', category: 'contact' },
          summary: 'shop writes sensitive data into telemetry (label: contact)',
          description:
            'The sanitizer of shop replaced sensitive values within 15 minutes. Nothing left the process, but the code that writes them should not.',
        },
      ],
    },
    {
      title: 'finds of long ago',
      series: [series(sanitized, { ...SHOP, place: 'text', category: 'pattern' }, '7x120')],
      at: '40m',
      fires: [],
    },
  ],
};

const scrapeSlow: Alert = {
  name: 'ScrapeSlow',
  severity: 'warning',
  expr: `${scrapeDuration.name} > 5`,
  for: '10m',
  summary: 'Scrapes of {{ $labels.job }} on {{ $labels.instance }} take {{ $value | humanizeDuration }}',
  description:
    'Scrapes of {{ $labels.instance }} have taken more than 5 seconds for 10 minutes; after 10 seconds Prometheus gives up.',
  runbook: {
    meaning: 'The endpoint needs half of the scrape timeout or more to answer.',
    impact: 'Soon the scrapes fail: holes in all graphs, and ServiceDown for a service that runs.',
    steps: [
      'Dashboard "Telemetry health": samples per scrape. Tens of thousands? See CardinalityNearLimit.',
      'A late event loop (EventLoopLag) delays the answer too.',
      'A `collect` function that waits for a database or the network: read the value in the background and set the gauge.',
    ],
  },
  tests: [
    {
      title: 'eight seconds each',
      series: [series(scrapeDuration, SHOP, '8x60')],
      at: '15m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'Scrapes of shop on shop-1:9464 take 8s',
          description:
            'Scrapes of shop-1:9464 have taken more than 5 seconds for 10 minutes; after 10 seconds Prometheus gives up.',
        },
      ],
    },
    { title: 'one slow scrape', series: [series(scrapeDuration, SHOP, '0.02x10 9 0.02x40')], at: '15m', fires: [] },
  ],
};

/** What telemetry says about itself. */
export const telemetry: AlertGroup = {
  name: 'telemetry',
  alerts: [
    cardinalityLimitReached,
    cardinalityNearLimit,
    exporterFailing,
    telemetryQueueFull,
    secretsInTelemetry,
    scrapeSlow,
  ],
};
