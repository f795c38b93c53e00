/** Half-open range of UTF-16 code units in a file's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Replacement of a range by a text. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** A change that a person can choose: what it will do, and its edits in the file of the finding. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** It changes nothing but what the finding is about: it can be applied without being looked at. */
  readonly safe?: boolean;
}

/** How loudly a finding is reported. */
export type Severity = 'error' | 'warn';

/** What a rule or a check found in a file: plain data, the same for editor, command line and reports. */
export interface Finding {
  /** Rule with the prefix of the plugin: `telint/require-span-end`. */
  readonly rule: string;
  readonly messageId: string;
  readonly message: string;
  readonly severity: Severity;
  readonly path: string;
  readonly range: TextRange;
  readonly fixes: readonly Fix[];
  /** Editors show it in passing; reports leave it out. */
  readonly hint?: true;
  /** Other places that explain the finding. */
  readonly related?: readonly RelatedLocation[];
}

/** A place that explains a finding. */
export interface RelatedLocation {
  readonly path: string;
  readonly range: TextRange;
  readonly message: string;
  /** A step on the way of a value, from where it is written towards its source. */
  readonly step?: true;
}
