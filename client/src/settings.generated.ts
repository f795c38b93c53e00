// Generated from `contributes.configuration` of the root package.json by scripts/generators/extension-settings.ts.

/** Section of the settings. */
export const SECTION = 'telint';

/** Settings of the extension, by their key without the section. */
export interface TelintSettings {
  /** Find mistakes in telemetry. Off hides everything in this folder. */
  readonly enable: boolean;
  /** Which rules run in folders without a `telint.json`. The file says it better, because the command line reads it too. */
  readonly preset: '' | 'recommended' | 'strict' | 'all';
  /** Report what the rules find in single files. Metrics, dashboards and alerts are checked either way. */
  readonly 'lint.perFile': 'auto' | 'on' | 'off';
  /** Ask TypeScript where the analysis of the source does not know a value. */
  readonly types: 'auto' | 'off';
  /** Show above metrics where they are queried and how many series they make, and above handlers without a span an offer to insert one. */
  readonly codeLens: boolean;
  /** Show the estimated number of values behind each label. */
  readonly inlayHints: boolean;
  /** What inserted spans and metrics are written with. */
  readonly 'instrument.flavour': 'auto' | 'opentelemetry' | 'runtime';
  /** Share of the critical paths, in percent, that the coverage report asks for. */
  readonly 'coverage.minimum': number;
  /** Address of a Prometheus server, such as `http://127.0.0.1:9090`: the series that it has now are shown beside the estimates. Nobody is asked while this is empty. */
  readonly prometheusUrl: string;
  /** Limit of the heap of the language server in MB; 0 leaves it to Node.js. Counts from the next start of the server. */
  readonly 'server.maxMemory': number;
}

/** What counts where nothing is set. */
export const defaults: TelintSettings = {
  enable: true,
  preset: '',
  'lint.perFile': 'auto',
  types: 'auto',
  codeLens: true,
  inlayHints: false,
  'instrument.flavour': 'auto',
  'coverage.minimum': 90,
  prometheusUrl: '',
  'server.maxMemory': 0,
};
