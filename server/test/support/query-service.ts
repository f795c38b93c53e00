/** A service with metrics of both libraries, a dashboard, rules and their test. */
export const QUERY_SERVICE = {
  'package.json': '{ "name": "shop", "private": true }',
  'src/metrics.ts': `import { metrics } from '@opentelemetry/api';
import { Counter, Gauge, Histogram } from 'prom-client';

export const orders = new Counter({ name: 'shop_orders_total', help: 'Orders.', labelNames: ['status', 'channel'] });
export const duration = new Histogram({ name: 'shop_duration_seconds', help: 'Time.', labelNames: ['outcome'] });
export const queue = new Gauge({ name: 'shop_queue_size', help: 'Waiting.', labelNames: ['topic'] });
export const refunds = metrics.getMeter('shop').createHistogram('shop.refund.amount', { unit: 'By' });
`,
  'src/app.ts': `import { duration, orders, queue, refunds } from './metrics';

export function take(isPaid: boolean, channel: string, topic: 'mail' | 'sms') {
  orders.inc({ status: isPaid ? 'paid' : 'open', channel });
  duration.observe({ outcome: isPaid ? 'ok' : 'failed' }, 1);
  queue.set({ topic }, 3);
  refunds.record(2, { 'refund.reason': 'late' });
}
`,
  'dashboards/shop.json': `${JSON.stringify(
    {
      title: 'Shop',
      schemaVersion: 41,
      templating: { list: [{ name: 'channel', type: 'query', query: 'label_values(shop_orders_total, channel)' }] },
      panels: [
        {
          title: 'Orders',
          type: 'timeseries',
          targets: [
            {
              refId: 'A',
              expr: 'sum by (status) (rate(shop_orders_total{channel=~"$channel", status="paid"}[$__rate_interval]))',
              legendFormat: '{{status}}',
            },
          ],
        },
        {
          title: 'Queue',
          type: 'timeseries',
          targets: [{ refId: 'A', expr: 'max by (topic) (shop_queue_size)', legendFormat: '{{topic}}' }],
        },
        {
          title: 'Refunds',
          type: 'timeseries',
          targets: [
            { refId: 'A', expr: 'sum by (refund_reason) (rate(shop_refund_amount_bytes_sum[5m]))' },
            { refId: 'B', expr: 'sum by (pod) (rate(container_cpu_usage_seconds_total{pod=~"shop.*"}[5m]))' },
          ],
        },
      ],
    },
    undefined,
    2,
  )}\n`,
  'prometheus/rules.yml': `groups:
  - name: shop
    rules:
      - record: status:shop_orders:rate5m
        expr: sum by (status) (rate(shop_orders_total[5m]))
      - alert: NoOrders
        expr: status:shop_orders:rate5m{status="paid"} == 0
        for: 10m
        labels: { severity: page }
        annotations:
          summary: 'Nothing is {{ $labels.status }}'
      - alert: Slow
        expr: >-
          histogram_quantile(0.95,
            sum by (le, outcome) (rate(shop_duration_seconds_bucket{outcome="ok"}[5m]))) > 2
        annotations: { summary: "Orders with {{ $labels.outcome }} take long" }
`,
  'prometheus/rules.test.yml': `rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - { series: 'shop_orders_total{status="paid"}', values: '0x20' }
    alert_rule_test:
      - alertname: NoOrders
        eval_time: 20m
        exp_alerts: [{ exp_labels: { status: paid, severity: page } }]
`,
} as const;
