import type { ModuleHost } from '../analysis/host.ts';
import type { Settings } from '../analysis/settings.ts';
import { TELEMETRY_MODULES } from '../analysis/collect-wrappers.ts';

/** Method names that only telemetry and logging use. */
const STRONG = /\.(?:inc|dec|observe|startTimer|setAttributes?|startSpan|startActiveSpan|addEvent|updateName|setEntry|createBaggage|recordException|setStatus|setToCurrentTime|labels)\s*(?:\?\.)?\(/;
/** Method names that other objects have too; they count next to a word of telemetry. */
const WEAK = /\.(?:add|record|set|observe)\s*\(/;
const WORDS = /counter|histogram|gauge|metric|meter|tracer|telemetry|otel|summary/i;
const LOGS = /\b(?:console|log|logger|Logger|LOG)\b|Logger\b|_log(?:ger)?\b/;

/** Packages that send messages, and the propagation API. */
const BROKERS = /kafka|amqp|rabbitmq|bull|nats|mqtt|client-s[qn]s|redis|microservices|worker_threads|child_process|propagation\.|pg-boss|agenda|graphile|pubsub|service-bus|bee-queue|sqs-consumer|socket\.io|['"]ws['"]|piscina|tinypool|workerpool|outbox/i;

/** Can a file hold any finding? A cheap look at its text; a test proves that no finding is lost. */
export function mayMatter(text: string, host: ModuleHost, settings: Settings): boolean {
  return (
    TELEMETRY_MODULES.some((m) => text.includes(m)) ||
    STRONG.test(text) ||
    (WEAK.test(text) && WORDS.test(text)) ||
    LOGS.test(text) ||
    BROKERS.test(text) ||
    settings.wrappers.some((w) => text.includes(w.name.split('.').at(-1) ?? w.name)) ||
    reachesTelemetry(host)
  );
}

/** Calls of telemetry functions of other files can stand anywhere once the workspace has such functions. */
function reachesTelemetry(host: ModuleHost): boolean {
  return TELEMETRY_MODULES.some((m) => host.mentioning([m]).length > 0);
}
