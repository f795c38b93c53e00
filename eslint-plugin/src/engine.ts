/** The analysis behind the rules; loaded when the first file is linted, so that reading a config stays cheap. */
export { factsOf } from './host/facts.ts';
