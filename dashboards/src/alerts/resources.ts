import { PROCESS_METRICS } from '../../../runtime/src/metrics.ts';
import { series, SHOP, type Alert, type AlertGroup } from './alert.ts';

const { residentMemory, memoryLimit, heapUsed, heapLimit, eventLoopLagP99 } = PROCESS_METRICS;

const LIMIT = '1000000000x60';

const memoryHigh: Alert = {
  name: 'MemoryHigh',
  severity: 'warning',
  expr: `${residentMemory.name} / ${memoryLimit.name} > 0.9`,
  for: '5m',
  summary: '{{ $labels.job }} on {{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory',
  description:
    '{{ $labels.instance }} of {{ $labels.job }} has used more than 90 % of the memory that it may use for 5 minutes.',
  runbook: {
    meaning: 'Resident memory against the limit of the control group (of the machine, where there is none).',
    impact: 'At 100 % the kernel kills the process: exit code 137, and what it was doing is lost.',
    steps: [
      'Dashboard "Infrastructure": does the heap grow (HeapHigh), or memory outside of it (buffers, native modules)?',
      'Rising without an end over hours: a leak. Take heap snapshots an hour apart and compare them.',
      'Rising with the traffic: raise the limit or the number of instances.',
      'Set `--max-old-space-size` to about 75 % of the limit, so that V8 collects garbage before the kernel kills.',
    ],
  },
  tests: [
    {
      title: '95 % for long',
      series: [series(residentMemory, SHOP, '950000000x60'), series(memoryLimit, SHOP, LIMIT)],
      at: '10m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'shop on shop-1:9464 uses 95% of its memory',
          description: 'shop-1:9464 of shop has used more than 90 % of the memory that it may use for 5 minutes.',
        },
      ],
    },
    {
      title: '85 %, and a short peak',
      series: [series(residentMemory, SHOP, '850000000x10 950000000x4 850000000x20'), series(memoryLimit, SHOP, LIMIT)],
      at: '10m',
      fires: [],
    },
  ],
};

const heapHigh: Alert = {
  name: 'HeapHigh',
  severity: 'warning',
  expr: `${heapUsed.name} / ${heapLimit.name} > 0.9`,
  for: '5m',
  summary: 'The heap of {{ $labels.job }} on {{ $labels.instance }} is {{ $value | humanizePercentage }} full',
  description:
    'The heap of {{ $labels.instance }} of {{ $labels.job }} has been above 90 % of its limit for 5 minutes.',
  runbook: {
    meaning: 'Used heap of V8 against `heap_size_limit`, which `--max-old-space-size` sets.',
    impact:
      'Garbage collection takes more and more time; at the limit the process ends with "JavaScript heap out of memory".',
    steps: [
      'Dashboard "Infrastructure": time in garbage collection, and which heap space grows.',
      'Growing without an end: take heap snapshots (`node --heapsnapshot-signal=SIGUSR2`) and compare them.',
      'High from the start: raise `--max-old-space-size` within the memory limit.',
    ],
  },
  tests: [
    {
      title: '92 % for long',
      series: [series(heapUsed, SHOP, '920000000x60'), series(heapLimit, SHOP, LIMIT)],
      at: '10m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'The heap of shop on shop-1:9464 is 92% full',
          description: 'The heap of shop-1:9464 of shop has been above 90 % of its limit for 5 minutes.',
        },
      ],
    },
    {
      title: 'garbage that is collected in time',
      series: [
        series(heapUsed, SHOP, '920000000x4 300000000x4 920000000x4 300000000x40'),
        series(heapLimit, SHOP, LIMIT),
      ],
      at: '6m',
      fires: [],
    },
  ],
};

const eventLoopLag: Alert = {
  name: 'EventLoopLag',
  severity: 'warning',
  expr: `${eventLoopLagP99.name} > 0.2`,
  for: '5m',
  summary: 'The event loop of {{ $labels.job }} on {{ $labels.instance }} is {{ $value | humanizeDuration }} late',
  description:
    'The 99th percentile of the delays of the event loop of {{ $labels.instance }} of {{ $labels.job }} has been above 200 ms for 5 minutes.',
  runbook: {
    meaning:
      'Something keeps the only thread busy for long: JSON of megabytes, a regular expression, synchronous cryptography or files, garbage collection.',
    impact: 'Every request of the instance waits that long, health checks and timeouts of outgoing calls too.',
    steps: [
      'Dashboard "Infrastructure": utilisation of the event loop near 100 %? Then the instance has too much to do.',
      'Low utilisation and high lag: single long tasks. Take a profile (`node --cpu-prof`, or the inspector) while it happens.',
      'Time in garbage collection at the same time: see HeapHigh.',
      'Move long work to worker threads, or split it with `setImmediate`.',
    ],
  },
  tests: [
    {
      title: 'half a second late',
      series: [series(eventLoopLagP99, SHOP, '0.5x60')],
      at: '10m',
      fires: [
        {
          labels: { ...SHOP },
          summary: 'The event loop of shop on shop-1:9464 is 500ms late',
          description:
            'The 99th percentile of the delays of the event loop of shop-1:9464 of shop has been above 200 ms for 5 minutes.',
        },
      ],
    },
    { title: 'late once', series: [series(eventLoopLagP99, SHOP, '0.02x10 3 0.02x40')], at: '10m', fires: [] },
  ],
};

/** What the process has too little of. */
export const resources: AlertGroup = { name: 'resources', alerts: [memoryHigh, heapHigh, eventLoopLag] };
