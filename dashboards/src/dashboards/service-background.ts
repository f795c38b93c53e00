import { CORE_METRICS } from '../../../runtime/src/metrics.ts';
import type { Row } from '../dashboard.ts';
import { lines } from '../panels.ts';
import { DASHBOARD, select } from '../query.ts';
import { gaugeBy, quantileBy, rateBy, shareBy } from '../signals.ts';

const { queue, circuitBreaker, eventBus, job } = CORE_METRICS;

const DESTINATION = ['messaging_system', 'messaging_destination_name'] as const;

/** Queues and topics. */
export const queuesRow: Row = {
  title: 'Queues',
  panels: [
    lines({
      title: 'Messages sent',
      description: 'Messages per second that the service handed to a broker.',
      unit: 'ops',
      queries: [rateBy(queue.sent, DESTINATION)],
    }),
    lines({
      title: 'Messages received',
      description: 'Messages per second that a broker delivered.',
      unit: 'ops',
      queries: [rateBy(queue.consumed, DESTINATION)],
    }),
    lines({
      title: 'Errors of brokers',
      description: 'Messages per second that could not be sent or received, by the class of the error.',
      unit: 'ops',
      queries: [
        rateBy(queue.sent, [...DESTINATION, 'error_type'], { error_type: '!=' }),
        rateBy(queue.consumed, [...DESTINATION, 'error_type'], { error_type: '!=' }),
      ].map((query, i) => ({ ...query, legend: `${i === 0 ? 'sent' : 'received'} ${query.legend}` })),
    }),
    lines({
      title: 'Messages in queues',
      description: 'Messages by state. QueueBacklog fires when more and more wait.',
      unit: 'short',
      queries: [gaugeBy('max', queue.depth, ['messaging_destination_name', 'state'])],
    }),
    lines({
      title: 'Age of the oldest message',
      description: 'How long the message at the head has waited. QueueBacklog fires above 5 minutes.',
      unit: 's',
      queries: [gaugeBy('max', queue.oldestAge, DESTINATION)],
    }),
    lines({
      title: 'Duration of processing',
      description: '95th percentile of the time to process a message.',
      unit: 's',
      queries: [quantileBy(0.95, queue.processDuration, DESTINATION)],
    }),
    lines({
      title: 'Failed messages',
      description: 'Part of the messages whose processing failed.',
      unit: 'percentunit',
      queries: [shareBy(queue.processDuration, DESTINATION, { error_type: '!=' })],
    }),
    lines({
      title: 'Redelivered and given up',
      description: 'Messages per second that came again, and that went to the dead letters.',
      unit: 'ops',
      queries: [
        { ...rateBy(queue.redelivered, DESTINATION), legend: 'again {{messaging_destination_name}}' },
        { ...rateBy(queue.deadLettered, DESTINATION), legend: 'given up {{messaging_destination_name}}' },
      ],
    }),
  ],
};

/** Circuit breakers. */
export const circuitBreakersRow: Row = {
  title: 'Circuit breakers',
  panels: [
    lines({
      title: 'Open circuit breakers',
      description: '1 while a breaker is open. CircuitBreakerOpen fires after a minute.',
      unit: 'short',
      queries: [gaugeBy('max', circuitBreaker.state, ['job', 'circuit_breaker_name'], { where: { state: '=open' } })],
      max: 1,
    }),
    lines({
      title: 'Calls through circuit breakers',
      description: 'Calls per second by outcome; rejected ones were not made.',
      unit: 'ops',
      queries: [rateBy(circuitBreaker.calls, ['circuit_breaker_name', 'outcome'])],
    }),
    lines({
      title: 'Changes of state',
      description:
        'Changes per second by the new state. A breaker that opens and closes all the time hides an unstable dependency.',
      unit: 'cps',
      queries: [rateBy(circuitBreaker.transitions, ['circuit_breaker_name', 'state'])],
    }),
  ],
};

/** The event bus inside the service. */
export const eventBusRow: Row = {
  title: 'Event bus',
  panels: [
    lines({
      title: 'Events published',
      description: 'Events per second by name.',
      unit: 'ops',
      queries: [rateBy(eventBus.published, ['event_name'])],
    }),
    lines({
      title: 'Duration of handlers',
      description: '95th percentile by event and handler.',
      unit: 's',
      queries: [quantileBy(0.95, eventBus.handleDuration, ['event_name', 'handler'])],
    }),
    lines({
      title: 'Failed handlers',
      description: 'Part of the events whose handler failed.',
      unit: 'percentunit',
      queries: [shareBy(eventBus.handleDuration, ['event_name', 'handler'], { outcome: '=failure' })],
    }),
    lines({
      title: 'Pending events',
      description: 'Events whose handlers have not finished.',
      unit: 'short',
      queries: [gaugeBy('sum', eventBus.pending, ['event_name'])],
    }),
  ],
};

/** Background jobs. */
export const jobsRow: Row = {
  title: 'Background jobs',
  panels: [
    lines({
      title: 'Runs',
      description: 'Runs per second by outcome.',
      unit: 'ops',
      queries: [rateBy(job.duration, ['job_name', 'outcome'])],
    }),
    lines({
      title: 'Duration of runs',
      description: '95th percentile by job.',
      unit: 's',
      queries: [quantileBy(0.95, job.duration, ['job_name'])],
    }),
    lines({
      title: 'Active runs',
      description: 'Runs that have not finished.',
      unit: 'short',
      queries: [gaugeBy('sum', job.active, ['job_name'])],
    }),
    lines({
      title: 'Repeated runs',
      description: 'Runs per second that repeat a failed one.',
      unit: 'ops',
      queries: [rateBy(job.retries, ['job_name'])],
    }),
    lines({
      title: 'Time since the last success',
      description: 'More than the interval of the job: it fails or does not run.',
      unit: 's',
      queries: [{ expr: `time() - max by (job_name) (${select(job.lastSuccess, DASHBOARD)})`, legend: '{{job_name}}' }],
    }),
    lines({
      title: 'Delay of the start',
      description: '95th percentile of the time from when a job was due to when it started.',
      unit: 's',
      queries: [quantileBy(0.95, job.startDelay, ['job_name'])],
    }),
  ],
};
