import type { IndexedMetric } from '../metric-index.ts';
import type { LiveSeries } from '../live-series.ts';
import type { Feature, Services } from './feature.ts';

/** Series that the configured Prometheus has now, by the name of the metric; empty where none is configured or answers. */
const LIVE_SERIES = 'telint/liveSeries';

/** Actual numbers of series beside the estimates, where the setting `prometheusUrl` says whom to ask. */
export const liveSeries: Feature = {
  start(services) {
    const { connection, session, live } = services;
    connection.onRequest(LIVE_SERIES, async () => {
      if (session.settings.prometheusUrl === '') return {};
      const indexes = await Promise.all(session.projects.folders.map((folder) => session.recentMetrics(`${folder}/_`)));
      const found = await live.series(indexes.flatMap(({ metrics }) => metrics.map(({ definition }) => definition)));
      return Object.fromEntries<LiveSeries>([...found].map(([{ name = '' }, series]) => [name, series]));
    });
  },
};

/** Sentence for the hover of a metric; empty where nobody is asked or nobody answers. */
export async function liveText({ live }: Services, { definition }: IndexedMetric): Promise<string> {
  const series = (await live.series([definition])).get(definition);
  return series ? `Prometheus: ${wordsOf(series)}.` : '';
}

function wordsOf({ total, perTarget }: LiveSeries): string {
  if (total === 0) return 'no series now';
  const most = perTarget < total ? `, at most ${perTarget.toLocaleString('en-US')} on one target` : '';
  return `${total.toLocaleString('en-US')} series now${most}`;
}
