import { TELEMETRY_METRICS as T } from '../../../runtime/src/metrics.ts';
import { dashboardFile } from '../dashboard.ts';
import { figure, lines } from '../panels.ts';
import { PROMETHEUS } from '../prometheus-metrics.ts';
import { DASHBOARD, gauge, select, share, sumRate } from '../query.ts';
import { against, gaugeBy, rateBy } from '../signals.ts';

const nearest = against(T.series, T.seriesLimit, '{{job}} {{metric}}');

/** Whether the telemetry can be trusted, and what it costs. */
export const telemetryHealth = dashboardFile({
  uid: 'telint-telemetry-health',
  title: 'Telemetry health',
  description: 'Series against their limits, values that were folded or sanitized, export of spans, and scrapes.',
  folder: 'telemetry',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Series',
          description: 'Label sets of the metrics with limits, all chosen instances together.',
          unit: 'short',
          decimals: 0,
          queries: [{ ...gaugeBy('sum', T.series, []), legend: 'series' }],
        }),
        figure({
          title: 'Nearest to its limit',
          description: 'Highest use of a limit of series. CardinalityNearLimit fires above 80 %.',
          unit: 'percentunit',
          queries: [{ expr: `max(${nearest.expr})`, legend: 'use' }],
          limits: { warn: 0.8, bad: 1 },
        }),
        figure({
          title: 'Sanitized',
          description: 'Values per second in which the sanitizer replaced something. SecretsInTelemetry fires above 0.',
          unit: 'cps',
          queries: [{ ...rateBy(T.sanitized, []), legend: 'sanitized' }],
        }),
        figure({
          title: 'Spans lost',
          description: 'Spans per second that were dropped.',
          unit: 'cps',
          queries: [{ ...rateBy(T.spansDropped, []), legend: 'lost' }],
          limits: { warn: 0.001, bad: 1 },
        }),
        figure({
          title: 'Spans exported',
          description: 'Part of the accepted spans that the collector took.',
          unit: 'percentunit',
          queries: [
            {
              expr: share(sumRate(T.spansExported, DASHBOARD), sumRate(T.spansAccepted, DASHBOARD)),
              legend: 'exported',
            },
          ],
        }),
        figure({
          title: 'Slowest scrape',
          description: 'Longest time that Prometheus took to scrape an instance. ScrapeSlow fires above 5 seconds.',
          unit: 's',
          queries: [{ ...gaugeBy('max', PROMETHEUS.scrapeDuration, []), legend: 'scrape' }],
          limits: { warn: 1, bad: 5 },
        }),
      ],
    },
    {
      title: 'Cardinality',
      panels: [
        lines({
          title: 'Series by metric',
          description: 'The ten metrics with most label sets.',
          unit: 'short',
          queries: [
            { expr: `topk(10, ${gauge('sum', T.series, DASHBOARD, { by: ['metric'] })})`, legend: '{{metric}}' },
          ],
        }),
        lines({
          title: 'Series against limit',
          description: 'The ten metrics nearest to their limit.',
          unit: 'percentunit',
          queries: [{ expr: `topk(10, ${nearest.expr})`, legend: '{{job}} {{instance}} {{metric}}' }],
        }),
        lines({
          title: 'Folded',
          description:
            'Writes per second whose label value became __other__ or that were dropped. Top-k labels fold by design.',
          unit: 'cps',
          queries: [rateBy(T.folded, ['job', 'metric', 'label'])],
        }),
        lines({
          title: 'Demand of labels',
          description: 'How many different values the ten busiest labels were asked to hold since the start.',
          unit: 'short',
          queries: [
            {
              expr: `topk(10, ${gauge('max', T.labelDemand, DASHBOARD, { by: ['job', 'metric', 'label'] })})`,
              legend: '{{job}} {{metric}} {{label}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Sanitizer',
      panels: [
        lines({
          title: 'Sanitized by place and category',
          description:
            'Values per second in which something was replaced: where it stood and why. The values themselves are nowhere.',
          unit: 'cps',
          span: 24,
          queries: [rateBy(T.sanitized, ['job', 'place', 'category'])],
        }),
      ],
    },
    {
      title: 'Traces',
      panels: [
        lines({
          title: 'Spans',
          description:
            'Spans per second that were handed to the exporter, and that the collector took. Sampled ones only.',
          unit: 'cps',
          queries: [
            { ...rateBy(T.spansAccepted, ['job']), legend: 'accepted {{job}}' },
            { ...rateBy(T.spansExported, ['job']), legend: 'exported {{job}}' },
          ],
        }),
        lines({
          title: 'Lost spans',
          description: 'Spans per second that were lost, by reason. TelemetryQueueFull fires at queue_full.',
          unit: 'cps',
          queries: [rateBy(T.spansDropped, ['job', 'reason'])],
        }),
        lines({
          title: 'Waiting spans',
          description: 'Spans in memory and on disk that the collector has not taken yet.',
          unit: 'short',
          queries: [
            gaugeBy('sum', T.spansQueued, ['job', 'instance'], { prefix: 'memory' }),
            gaugeBy('sum', T.spansSpooled, ['job', 'instance'], { prefix: 'disk' }),
          ],
        }),
        lines({
          title: 'Failed exports',
          description: 'Exports per second that failed. ExporterFailing fires when that goes on.',
          unit: 'cps',
          queries: [rateBy(T.exportFailures, ['job', 'instance'])],
        }),
        lines({
          title: 'Paused exporters',
          description: '1 while an exporter pauses after failures.',
          unit: 'short',
          queries: [gaugeBy('max', T.exportCircuitOpen, ['job', 'instance'])],
          max: 1,
        }),
      ],
    },
    {
      title: 'Scrapes',
      panels: [
        lines({
          title: 'Duration of scrapes',
          description: 'Time until Prometheus had the answer. ScrapeSlow fires above 5 seconds.',
          unit: 's',
          queries: [{ expr: select(PROMETHEUS.scrapeDuration, DASHBOARD), legend: '{{job}} {{instance}}' }],
        }),
        lines({
          title: 'Samples per scrape',
          description: 'Size of a scrape. Prometheus stores each of them at every scrape.',
          unit: 'short',
          queries: [{ expr: select(PROMETHEUS.scrapeSamples, DASHBOARD), legend: '{{job}} {{instance}}' }],
        }),
        lines({
          title: 'New series per scrape',
          description:
            'Series that were not there at the scrape before. Never near 0: a label holds something that is always new.',
          unit: 'short',
          queries: [{ expr: select(PROMETHEUS.scrapeSeriesAdded, DASHBOARD), legend: '{{job}} {{instance}}' }],
        }),
      ],
    },
  ],
});
