import type { OrderLine } from '../http/input.ts';

/** What an invoice shows. */
export interface Invoice {
  id: string;
  lines: OrderLine[];
  totalCents: number;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}

/** The invoice as a page. */
export function renderInvoice({ id, lines, totalCents }: Invoice): string {
  const rows = lines.map((line) => `<tr><td>${escapeHtml(line.sku)}</td><td>${line.quantity}</td></tr>`);
  const total = (totalCents / 100).toFixed(2);
  return `<h1>Invoice ${escapeHtml(id)}</h1><table>${rows.join('')}</table><p>${total} EUR</p>`;
}
