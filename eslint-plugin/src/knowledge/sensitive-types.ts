/** Kinds of sensitive data; `identifier` is a pseudonymous id of a person, which only the strict preset reports. */
export type SensitiveCategory =
  | 'credential'
  | 'contact'
  | 'name'
  | 'government'
  | 'financial'
  | 'health'
  | 'special'
  | 'location'
  | 'birth'
  | 'online'
  | 'device'
  | 'identifier'
  | 'url'
  | 'headers'
  | 'body'
  | 'query'
  | 'content'
  | 'message';

/** How bad a leak of the value would be. */
export type SensitiveSeverity = 'critical' | 'high' | 'medium' | 'low';

/** `strong`: the name alone says it; `weak`: the word has harmless meanings too, so more evidence is wanted. */
export type SensitiveStrength = 'strong' | 'weak';

/** Why a name, an attribute key or a literal counts as sensitive. */
export interface SensitiveMatch {
  readonly category: SensitiveCategory;
  readonly severity: SensitiveSeverity;
  /** The word or key that decided. */
  readonly word: string;
  readonly strength: SensitiveStrength;
}

/** Words that must stand near an ambiguous term before it counts; the lists are `TERM_CONTEXTS`. */
export type TermContext = 'person' | 'place' | 'address' | 'card' | 'patient' | 'request';

/** Terms that share a verdict. */
export interface TermGroup {
  /** Where the facts come from. */
  readonly source: string;
  readonly category: SensitiveCategory;
  readonly severity: SensitiveSeverity;
  readonly strength: SensitiveStrength;
  /** The terms count only in this context. */
  readonly needs?: TermContext;
  /** Words beside the term that make it harmless (`next` before `token`). */
  readonly except?: readonly string[];
  /** `false`: the plural means something else (`tokens` are counted, not kept secret). */
  readonly plural?: false;
  /** `true`: the term also decides as the first part of a compound (`medical` in `medicalNotes`). */
  readonly leads?: true;
  /** Lower case words with single spaces; closed spellings (`apikey`) follow from the open one. */
  readonly terms: readonly string[];
}

/** Attribute keys that share a verdict. */
export interface KeyGroup {
  readonly source: string;
  readonly category: SensitiveCategory;
  readonly severity: SensitiveSeverity;
  readonly strength: SensitiveStrength;
  /** Exact keys in lower case; a key that ends in `.*` stands for every key with that prefix. */
  readonly keys: readonly string[];
}

/** A rule for custom attribute keys: the last words, and what must stand before them. */
export interface KeyRule {
  readonly source: string;
  readonly category: SensitiveCategory;
  readonly severity: SensitiveSeverity;
  /** The last one to three words of the key, written together. */
  readonly tails: readonly string[];
  /** One of these words stands directly before the tail. */
  readonly after?: readonly string[];
  /** One of these words stands anywhere before the tail. */
  readonly within?: readonly string[];
  /** None of these words stands in the key. */
  readonly without?: readonly string[];
}
