import { printParseErrorCode, type ParseErrorCode } from 'jsonc-parser';

/** What is wrong with a JSON text, as people say it: `CommaExpected` is "Comma expected". */
export function jsonProblem(code: ParseErrorCode): string {
  const [first = '', ...others] = printParseErrorCode(code)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(' ');
  return [first, ...others.map((word) => word.toLowerCase())].join(' ');
}
