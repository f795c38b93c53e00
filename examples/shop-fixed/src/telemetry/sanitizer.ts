import { countSanitized } from '@telint/runtime/metrics';
import { createSanitizer } from '@telint/runtime/sanitize';
import { metrics } from './metrics.ts';

/** Second line of defence for spans, logs and baggage; what it finds is counted, because the code should not write it. */
export const sanitizer = countSanitized(createSanitizer(), metrics);
