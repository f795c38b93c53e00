import { PROCESS_METRICS as P } from '../../../runtime/src/metrics.ts';
import { dashboardFile } from '../dashboard.ts';
import { figure, lines } from '../panels.ts';
import { DASHBOARD, select, sumOfObserved } from '../query.ts';
import { PROMETHEUS } from '../prometheus-metrics.ts';
import { against, gaugeBy, memoryUse, quantileBy, rateBy } from '../signals.ts';

const INSTANCE = ['job', 'instance'] as const;

/** What the processes run on. */
export const infrastructure = dashboardFile({
  uid: 'telint-infrastructure',
  title: 'Infrastructure',
  description: 'Processor, memory, event loop, garbage collection and handles of Node.js processes.',
  folder: 'services',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Instances',
          description: 'Targets that answer to Prometheus.',
          unit: 'short',
          decimals: 0,
          queries: [{ expr: `sum(${select(PROMETHEUS.up, DASHBOARD)})`, legend: 'up' }],
        }),
        figure({
          title: 'Youngest process',
          description: 'Time since the last start of a process.',
          unit: 's',
          queries: [{ expr: `time() - max(${select(P.startTime, DASHBOARD)})`, legend: 'age' }],
        }),
        figure({
          title: 'Processor',
          description: 'Processor cores in use by all chosen instances.',
          unit: 'short',
          queries: [{ ...rateBy(P.cpu, []), legend: 'cores' }],
        }),
        figure({
          title: 'Fullest memory',
          description: 'Highest use of memory against its limit. MemoryHigh fires above 90 %.',
          unit: 'percentunit',
          queries: [(({ expr }) => ({ expr: `max(${expr})`, legend: 'memory' }))(memoryUse())],
          limits: { warn: 0.75, bad: 0.9 },
        }),
        figure({
          title: 'Latest event loop',
          description: 'Highest 99th percentile of the delay of an event loop. EventLoopLag fires above 200 ms.',
          unit: 's',
          queries: [{ expr: `max(${select(P.eventLoopLagP99, DASHBOARD)})`, legend: 'lag' }],
          limits: { warn: 0.1, bad: 0.2 },
        }),
        figure({
          title: 'Restarts',
          description: 'Starts of processes within the last hour.',
          unit: 'short',
          decimals: 0,
          queries: [{ expr: `sum(changes(${select(P.startTime, DASHBOARD)}[1h]))`, legend: 'restarts' }],
          limits: { warn: 1, bad: 3 },
        }),
      ],
    },
    {
      title: 'Processor and memory',
      panels: [
        lines({
          title: 'Processor',
          description:
            'Cores in use. JavaScript uses one; more are garbage collection, zlib, DNS, files and cryptography.',
          unit: 'short',
          queries: [
            { ...rateBy(P.cpuUser, INSTANCE), legend: 'user {{job}} {{instance}}' },
            { ...rateBy(P.cpuSystem, INSTANCE), legend: 'system {{job}} {{instance}}' },
          ],
          isStacked: true,
        }),
        lines({
          title: 'Memory against limit',
          description: 'Resident memory and what the process may use.',
          unit: 'bytes',
          queries: [
            gaugeBy('max', P.residentMemory, INSTANCE),
            gaugeBy('max', P.memoryLimit, INSTANCE, { prefix: 'limit' }),
          ],
        }),
        lines({
          title: 'Heap against limit',
          description: 'Used and reserved heap of V8, and the size that it may reach.',
          unit: 'bytes',
          queries: [
            gaugeBy('max', P.heapUsed, INSTANCE, { prefix: 'used' }),
            gaugeBy('max', P.heapTotal, INSTANCE, { prefix: 'reserved' }),
            gaugeBy('max', P.heapLimit, INSTANCE, { prefix: 'limit' }),
          ],
        }),
        lines({
          title: 'Use of the heap',
          description: 'Used heap against its limit. HeapHigh fires above 90 %.',
          unit: 'percentunit',
          queries: [against(P.heapUsed, P.heapLimit, '{{job}} {{instance}}')],
        }),
        lines({
          title: 'Heap spaces',
          description: 'Used heap by space, all chosen instances together. Growing old space: objects that stay.',
          unit: 'bytes',
          queries: [gaugeBy('sum', P.heapSpaceUsed, ['space'])],
          isStacked: true,
        }),
        lines({
          title: 'Size of heap spaces',
          description: 'Reserved and free memory of the spaces.',
          unit: 'bytes',
          queries: [
            gaugeBy('sum', P.heapSpaceTotal, ['space'], { prefix: 'reserved' }),
            gaugeBy('sum', P.heapSpaceAvailable, ['space'], { prefix: 'free' }),
          ],
        }),
        lines({
          title: 'Memory outside of the heap',
          description: 'Buffers and other memory that JavaScript objects hold.',
          unit: 'bytes',
          queries: [gaugeBy('max', P.externalMemory, INSTANCE)],
        }),
      ],
    },
    {
      title: 'Event loop and garbage collection',
      panels: [
        lines({
          title: 'Delay of the event loop',
          description: 'Delays since the last scrape; about 10 ms are the resolution of the measurement.',
          unit: 's',
          queries: [
            gaugeBy('max', P.eventLoopLagP50, [], { prefix: 'p50' }),
            gaugeBy('max', P.eventLoopLagP90, [], { prefix: 'p90' }),
            gaugeBy('max', P.eventLoopLagP99, [], { prefix: 'p99' }),
            gaugeBy('max', P.eventLoopLagMax, [], { prefix: 'highest' }),
            gaugeBy('max', P.eventLoopLagMean, [], { prefix: 'mean' }),
          ],
        }),
        lines({
          title: 'Delay of the event loop by instance',
          description: 'One turn of the loop, measured at the scrape.',
          unit: 's',
          queries: [gaugeBy('max', P.eventLoopLag, INSTANCE)],
        }),
        lines({
          title: 'Utilisation of the event loop',
          description: 'Part of the time in which the loop had work.',
          unit: 'percentunit',
          queries: [gaugeBy('max', P.eventLoopUtilization, INSTANCE)],
          max: 1,
        }),
        lines({
          title: 'Time in garbage collection',
          description: 'Part of the time that garbage collection took, by kind. More than a tenth slows requests down.',
          unit: 'percentunit',
          queries: [
            {
              expr: sumOfObserved(P.gcDuration, DASHBOARD, { by: ['instance', 'kind'] }),
              legend: '{{instance}} {{kind}}',
            },
          ],
        }),
        lines({
          title: 'Garbage collections',
          description: 'Collections per second by kind.',
          unit: 'ops',
          queries: [rateBy(P.gcDuration, ['kind'])],
        }),
        lines({
          title: 'Duration of garbage collections',
          description: '99th percentile by kind.',
          unit: 's',
          queries: [quantileBy(0.99, P.gcDuration, ['kind'])],
        }),
      ],
    },
    {
      title: 'Handles',
      panels: [
        lines({
          title: 'Active resources',
          description:
            'What keeps the event loop alive, by type. Growing without more traffic: something is not closed.',
          unit: 'short',
          queries: [gaugeBy('sum', P.activeResources, ['type'])],
          isStacked: true,
        }),
        lines({
          title: 'File descriptors',
          description: 'Open descriptors against the most that the process may open.',
          unit: 'percentunit',
          queries: [against(P.openDescriptors, P.maxDescriptors, '{{job}} {{instance}}')],
        }),
        lines({
          title: 'Starts of processes',
          description: 'Starts within the last 15 minutes. CrashLoop fires above 2.',
          unit: 'short',
          queries: [{ expr: `changes(${select(P.startTime, DASHBOARD)}[15m])`, legend: '{{job}} {{instance}}' }],
        }),
      ],
    },
  ],
});
