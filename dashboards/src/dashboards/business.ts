import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import { dashboardFile } from '../dashboard.ts';
import { figure, lines } from '../panels.ts';
import { DASHBOARD, sumRate } from '../query.ts';
import { gaugeBy, rateBy, shareBy } from '../signals.ts';

const { events, amount, activeTenants, usage, requestsByTenant } = CORE_METRICS.business;

/** What the services are there for, and who uses them. */
export const business = dashboardFile({
  uid: 'telint-business',
  title: 'Business and tenants',
  description:
    'Business events, money moved, and use by tenants and their tiers. Tenants are bounded: the 20 most active have a name.',
  folder: 'business',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Events',
          description: 'Business events per second that succeeded.',
          unit: 'ops',
          queries: [{ expr: sumRate(events, DASHBOARD, { where: { outcome: '=success' } }), legend: 'events' }],
        }),
        figure({
          title: 'Failed events',
          description: 'Part of the business events that failed.',
          unit: 'percentunit',
          queries: [{ ...shareBy(events, [], { outcome: '=failure' }), legend: 'failed' }],
          limits: { warn: 0.01, bad: 0.05 },
        }),
        figure({
          title: 'Active tenants',
          description: 'Tenants that were active in the window that the service counts.',
          unit: 'short',
          decimals: 0,
          queries: [{ expr: `sum(${gaugeBy('max', activeTenants, ['job', 'tenant_tier']).expr})`, legend: 'tenants' }],
        }),
      ],
    },
    {
      title: 'Events',
      panels: [
        lines({
          title: 'Events by name',
          description: 'Business events per second that succeeded.',
          unit: 'ops',
          queries: [rateBy(events, ['event_name'], { outcome: '=success' })],
        }),
        lines({
          title: 'Failed events by name',
          description: 'Part of the events that failed.',
          unit: 'percentunit',
          queries: [shareBy(events, ['event_name'], { outcome: '=failure' })],
        }),
        lines({
          title: 'Events by tier',
          description: 'Business events per second by tier of the tenant.',
          unit: 'ops',
          queries: [rateBy(events, ['tenant_tier'])],
          isStacked: true,
        }),
        lines({
          title: 'Money moved',
          description: 'Amount per hour in the main unit of each currency.',
          unit: 'short',
          queries: [
            {
              expr: `3600 * ${sumRate(amount, DASHBOARD, { by: ['event_name', 'currency'] })}`,
              legend: '{{event_name}} {{currency}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Tenants',
      panels: [
        lines({
          title: 'Active tenants by tier',
          description: 'Tenants that were active in the window that the service counts.',
          unit: 'short',
          queries: [gaugeBy('max', activeTenants, ['tenant_tier'])],
          isStacked: true,
        }),
        lines({
          title: 'Use by tier',
          description: 'Units of each resource per second, by tier.',
          unit: 'ops',
          queries: [rateBy(usage, ['resource', 'tenant_tier'])],
        }),
        lines({
          title: 'Most active tenants',
          description: 'Requests per second of the tenants that ask most; all but 20 together are __other__.',
          unit: 'reqps',
          queries: [
            {
              expr: `topk(20, ${sumRate(requestsByTenant, DASHBOARD, { by: ['tenant', 'tenant_tier'], where: { tenant: '!=__other__' } })})`,
              legend: '{{tenant}} ({{tenant_tier}})',
            },
          ],
        }),
        lines({
          title: 'Share of the most active tenants',
          description:
            'Part of all requests that came from tenants with a name of their own. One tenant near 100 % uses the service alone.',
          unit: 'percentunit',
          queries: [{ ...shareBy(requestsByTenant, ['job'], { tenant: '!=__other__' }) }],
          max: 1,
        }),
      ],
    },
  ],
});
