import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

const PROBE_KEY = createContextKey('telint probe');
const PROBE = ROOT_CONTEXT.setValue(PROBE_KEY, true);

const isActive = (): boolean => context.active().getValue(PROBE_KEY) === true;

let found = false;
let lastLook = -Infinity;
/** A set-up that comes after the first requests is noticed within so many milliseconds. */
const LOOK_MS = 1000;

/** Whether contexts of OpenTelemetry are carried along at `now`, in milliseconds of `performance`; without a manager `context.with` only calls. */
export function hasContextManager(now: number): boolean {
  if (now - lastLook < LOOK_MS) return found;
  lastLook = now;
  found = context.with(PROBE, isActive);
  return found;
}
