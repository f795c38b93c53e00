/**
 * The HTTP bench in short, for the gate in `test/overhead`: `node http-gate.ts FRAMEWORK` prints as JSON the slices of a bare
 * server, of one with the middleware, and of one with the middleware whose handler works for 30 µs more.
 */
import { measureSlices, startLoad } from './http-slices.ts';
import { calibrate, makeVariants, type Framework } from './http-variants.ts';

const HANDLER_MICROS = 60;
/** A regression that the gate has to see; the test knows the figure. */
const REGRESSION_MICROS = 30;

const framework = process.argv[2] as Framework;
const micro = calibrate(HANDLER_MICROS) / HANDLER_MICROS;
const { bare, telint } = makeVariants(Math.round(micro * HANDLER_MICROS))[framework];
const slower = makeVariants(Math.round(micro * (HANDLER_MICROS + REGRESSION_MICROS)))[framework].telint;
const child = startLoad();
const sizes = { rounds: 40, requests: 200, warmUp: 4000, deadlineMs: 18_000 };
console.log(JSON.stringify(await measureSlices({ bare, telint, slower }, child, sizes)));
child.disconnect();
