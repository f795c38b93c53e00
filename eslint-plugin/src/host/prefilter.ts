import type { ModuleHost } from '../analysis/host.ts';
import type { Settings } from '../analysis/settings.ts';
import { TELEMETRY_MODULES } from '../analysis/collect-wrappers.ts';
import { brokers } from '../knowledge/libraries/brokers.ts';
import { httpClients } from '../knowledge/libraries/http-clients.ts';
import { LOG_LEVELS, loggers, trackerGlobals, trackers } from '../knowledge/libraries/loggers.ts';
import { workers } from '../knowledge/libraries/workers.ts';

/** Method names that only telemetry and logging use. */
const STRONG =
  /\.(?:inc|dec|observe|startTimer|setAttributes?|startSpan|startActiveSpan|addEvent|updateName|setEntry|createBaggage|recordException|setStatus|setToCurrentTime|labels|getActiveSpan)\s*(?:\?\.)?\(/;
/** Method names that other objects have too; they count next to a word of telemetry. */
const WEAK = /\.(?:add|record|set|observe)\s*\(/;
const WORDS = /counter|histogram|gauge|metric|meter|tracer|telemetry|otel|summary/i;
/** What `isLoggerName` takes for a logger, and the streams of the process. */
const LOGS = /\bconsole\b|\b_?log\b|[A-Za-z0-9_]Log\b|_log\b|LOG|[Ll]ogg(?:er|ing)|\bstd(?:out|err)\b/;
/** A logger of another file may have any name: its methods give it away. */
const LOG_CALLS = new RegExp(`\\.(?:${[...LOG_LEVELS, 'child'].join('|')})\\s*\\(`);

/** Trackers that a script tag loads. */
const TRACKERS = new RegExp(`\\b(?:${Object.keys(trackerGlobals).join('|')})\\b`);

/** Packages that send messages, and the propagation API. */
const BROKERS =
  /kafka|amqp|rabbitmq|bull|nats|mqtt|client-s[qn]s|redis|microservices|worker_threads|child_process|propagation\.|pg-boss|agenda|graphile|pubsub|service-bus|bee-queue|sqs-consumer|socket\.io|['"]ws['"]|piscina|tinypool|workerpool|outbox/i;

/** Packages whose objects write to logs and trackers or send messages, under whatever name a file uses them. */
const PACKAGES = namesAny(
  [...loggers, ...trackers, ...brokers, ...workers, ...httpClients].flatMap((library) => library.modules),
);

function namesAny(modules: readonly string[]): RegExp {
  const names = modules.map((m) => m.replace(/\/\*$/, '').replace(/[^\w/]/g, '\\$&'));
  return new RegExp(`['"](?:${[...new Set(names)].join('|')})['"/]`);
}

/** Can a file hold any finding? A cheap look at its text; a test proves that no finding is lost. */
export function mayMatter(text: string, host: ModuleHost, settings: Settings): boolean {
  return (
    // First: it is one look at what is known, and true for every file of a workspace with telemetry.
    reachesTelemetry(host) ||
    TELEMETRY_MODULES.some((m) => text.includes(m)) ||
    STRONG.test(text) ||
    (WEAK.test(text) && WORDS.test(text)) ||
    LOGS.test(text) ||
    LOG_CALLS.test(text) ||
    BROKERS.test(text) ||
    PACKAGES.test(text) ||
    (settings.trackers && TRACKERS.test(text)) ||
    settings.loggers.some((name) => text.includes(name)) ||
    settings.wrappers.some((w) => text.includes(w.name.split('.').at(-1) ?? w.name))
  );
}

/** Calls of telemetry functions of other files can stand anywhere once the workspace has such functions. */
function reachesTelemetry(host: ModuleHost): boolean {
  return TELEMETRY_MODULES.some((m) => host.mentioning([m]).length > 0);
}
