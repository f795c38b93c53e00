import { HttpError } from './errors.ts';

const PAYMENT_METHODS = ['card', 'invoice', 'voucher'] as const;

export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export interface Card {
  number: string;
  cvc: string;
  expiry: string;
}

export interface OrderLine {
  sku: string;
  quantity: number;
}

export interface Checkout {
  lines: OrderLine[];
  paymentMethod: PaymentMethod;
  coupon?: string;
  card?: Card;
}

type Fields = Record<string, unknown>;

function asFields(input: unknown): Fields {
  if (typeof input !== 'object' || input === null) {
    throw new HttpError(400, 'a JSON object is expected');
  }
  return input as Fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') {
    throw new HttpError(400, `${name} is missing`);
  }
  return value;
}

/** Reads the body of a sign-in. */
export function parseSignIn(input: unknown): { email: string; password: string } {
  const fields = asFields(input);
  return { email: text(fields, 'email').toLowerCase(), password: text(fields, 'password') };
}

function parseLine(input: unknown): OrderLine {
  const fields = asFields(input);
  const quantity = Number(fields['quantity']);
  if (!Number.isInteger(quantity) || quantity < 1) {
    throw new HttpError(400, 'quantity must be a positive whole number');
  }
  return { sku: text(fields, 'sku'), quantity };
}

/** Reads the body of an order. */
export function parseCheckout(input: unknown): Checkout {
  const fields = asFields(input);
  const lines = Array.isArray(fields['lines']) ? fields['lines'].map(parseLine) : [];
  const paymentMethod = PAYMENT_METHODS.find((method) => method === fields['paymentMethod']);
  if (lines.length === 0 || !paymentMethod) {
    throw new HttpError(400, 'lines and paymentMethod are required');
  }
  const checkout: Checkout = { lines, paymentMethod };
  if (typeof fields['coupon'] === 'string') {
    checkout.coupon = fields['coupon'];
  }
  if (paymentMethod === 'card') {
    const card = asFields(fields['card']);
    checkout.card = {
      number: text(card, 'number'),
      cvc: text(card, 'cvc'),
      expiry: text(card, 'expiry'),
    };
  }
  return checkout;
}
