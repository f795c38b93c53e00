/** Series that Prometheus makes itself, in the shape of the runtime's tables. */

const none = {} as const;

/** Key → series. */
export const PROMETHEUS = {
  up: { type: 'gauge', name: 'up', labels: none },
  scrapeDuration: { type: 'gauge', name: 'scrape_duration_seconds', labels: none },
  scrapeSamples: { type: 'gauge', name: 'scrape_samples_scraped', labels: none },
  scrapeSeriesAdded: { type: 'gauge', name: 'scrape_series_added', labels: none },
  alerts: { type: 'gauge', name: 'ALERTS', labels: { alertname: none, alertstate: none, severity: none } },
} as const;
