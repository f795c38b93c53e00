/** Start times of cumulative series, which Prometheus does not keep and OpenTelemetry demands. */
import type { HrTime } from '@opentelemetry/api';

interface Series {
  value: number;
  startTime: HrTime;
  generation: number;
}

/**
 * Remembers the last value of each series: one that fell was reset, and its start moves to the time of the collection
 * before, as the metrics data model demands of a cumulative stream. Series that are gone are forgotten.
 */
export class SeriesStarts {
  /** Where series begin that were never reset. */
  readonly processStart: HrTime;
  readonly #series = new Map<string, Series>();
  #previous: HrTime;
  #generation = 0;

  constructor(processStart: HrTime) {
    this.processStart = processStart;
    this.#previous = processStart;
  }

  /** The start time of a series that has this value now. */
  of(key: string, value: number): HrTime {
    const known = this.#series.get(key);
    if (known === undefined) {
      this.#series.set(key, { value, startTime: this.processStart, generation: this.#generation });
      return this.processStart;
    }
    if (value < known.value) known.startTime = this.#previous;
    known.value = value;
    known.generation = this.#generation;
    return known.startTime;
  }

  /** Ends a complete collection: forgets what it did not contain. */
  endCollection(now: HrTime): void {
    for (const [key, { generation }] of this.#series) if (generation !== this.#generation) this.#series.delete(key);
    this.#generation += 1;
    this.#previous = now;
  }
}
