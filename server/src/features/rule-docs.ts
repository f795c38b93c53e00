/** Command that opens the document of a rule; its argument is the address. */
export const OPEN_RULE_DOCS = 'telint.openRuleDocs';
