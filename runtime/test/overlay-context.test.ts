import {
  createContextKey,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
} from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OverlayContext, UnsampledContext } from '../src/overlay-context.ts';

const keys = Array.from({ length: 5 }, (_, index) => createContextKey(`key ${index}`));
const steps = fc.array(
  fc.record({ key: fc.nat(4), value: fc.option(fc.nat(9), { nil: undefined }), isDelete: fc.boolean() }),
  { maxLength: 40 },
);

/** Changes a context step by step, and looks at all keys after each. */
function play(
  start: Context,
  moves: readonly { key: number; value: number | undefined; isDelete: boolean }[],
): unknown[] {
  let context = start;
  return moves.map(({ key, value, isDelete }) => {
    const symbol = keys[key] as symbol;
    context = isDelete ? context.deleteValue(symbol) : context.setValue(symbol, value);
    return keys.map((one) => context.getValue(one));
  });
}

describe('contexts on top of contexts', () => {
  test('are the contexts of the API, whatever is set and deleted', () => {
    const [first = Symbol()] = keys;
    fc.assert(
      fc.property(steps, (moves) => {
        const expected = play(ROOT_CONTEXT.setValue(first, 'x'), moves);
        expect(play(new OverlayContext(ROOT_CONTEXT, first, 'x'), moves)).toEqual(expected);
        const unsampled = new UnsampledContext(ROOT_CONTEXT.setValue(first, 'x'), undefined);
        expect(play(unsampled, moves)).toEqual(expected);
      }),
    );
  });

  test('bear any number of values, on an unsampled context too', () => {
    const [first = Symbol()] = keys;
    const below = new OverlayContext(new UnsampledContext(ROOT_CONTEXT, 'a'.repeat(32)), first, -1);
    for (const start of [below, new UnsampledContext(below, undefined)]) {
      let context: Context = start;
      for (let value = 0; value < 1000; value++) context = context.setValue(first, value);
      expect(context.getValue(first)).toBe(999);
      expect(trace.getSpanContext(context)).toEqual(trace.getSpanContext(start));
    }
  });

  test('do not change when something is set on them', () => {
    const [first = Symbol(), second = Symbol()] = keys;
    const lower = new OverlayContext(ROOT_CONTEXT, first, 1);
    lower.setValue(first, 2).setValue(second, 3);
    lower.deleteValue(first);
    expect([lower.getValue(first), lower.getValue(second)]).toEqual([1, undefined]);
  });

  test('an unsampled context has one identity, drawn when it is asked for, also by contexts above it', () => {
    const [first = Symbol()] = keys;
    const context = new UnsampledContext(ROOT_CONTEXT, 'a'.repeat(32));
    const above = context.setValue(first, 1);
    const span = trace.getSpanContext(above);
    expect(span).toMatchObject({ traceId: 'a'.repeat(32), traceFlags: TraceFlags.NONE });
    expect(trace.getSpanContext(context)).toEqual(span);
    const fresh = trace.getSpanContext(new UnsampledContext(ROOT_CONTEXT, undefined));
    expect(fresh !== undefined && isSpanContextValid(fresh)).toBe(true);
    expect(trace.getSpan(trace.deleteSpan(above))).toBeUndefined();
    expect(trace.deleteSpan(above).getValue(first)).toBe(1);
    const other = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 };
    expect(trace.getSpanContext(trace.setSpanContext(above, other))).toEqual(other);
  });
});
