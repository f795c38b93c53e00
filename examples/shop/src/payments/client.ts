import { config } from '../config.ts';
import type { Order } from '../db/orders.ts';
import type { Card } from '../http/input.ts';
import { logger } from '../telemetry/logger.ts';
import { chargeFailures } from '../telemetry/metrics.ts';
import { tracer, withSpan } from '../telemetry/tracing.ts';

/** The payment provider did not do what it was asked for. */
export class PaymentError extends Error {
  override readonly name = 'PaymentError';
}

/** Client of the payment provider. */
export class PaymentClient {
  readonly #baseUrl: string;
  readonly #provider: string;

  constructor(baseUrl: string, provider: string) {
    this.#baseUrl = baseUrl;
    this.#provider = provider;
  }

  /** Charges a card and returns the id of the charge. */
  async charge(order: Order, card: Card): Promise<string> {
    const endpoint = new URL('/v1/charges', this.#baseUrl);
    const payload = {
      reference: order.id,
      amount: order.totalCents,
      source: { number: card.number, cvc: card.cvc, expiry: card.expiry },
    };
    const attributes = {
      'url.full': `${endpoint.origin}${endpoint.pathname}`,
      'payment.provider': this.#provider,
    };
    return withSpan('payments.charge', attributes, async (span) => {
      span.setAttributes({
        'payment.amount_cents': order.totalCents,
        'payment.card_number': card.number,
        'payment.card_last4': card.number.slice(-4),
      });
      try {
        return await this.#post(endpoint, payload);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        chargeFailures.inc({
          provider: this.#provider,
          reason,
        });
        logger.error({ err: error, request: payload }, 'charge failed');
        throw error;
      }
    });
  }

  /** Gives the money of a charge back. */
  async refund(chargeId: string, amount: number): Promise<string> {
    const span = tracer.startSpan('payments.refund');
    span.setAttribute('payment.amount_cents', amount);
    const refundId = await this.#post(new URL('/v1/refunds', this.#baseUrl), { chargeId, amount });
    span.end();
    return refundId;
  }

  async #post(endpoint: URL, payload: object): Promise<string> {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) {
      throw new PaymentError(await response.text());
    }
    const { id } = (await response.json()) as { id: string };
    return id;
  }
}

/** The client of the configured provider. */
export const payments = new PaymentClient(config.payments.url, config.payments.provider);
