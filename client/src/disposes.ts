/** Anything that is given back when it is no longer needed. */
export interface Disposes {
  dispose(): unknown;
}
