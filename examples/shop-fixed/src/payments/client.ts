import { withSpan } from '@telint/runtime';
import { config } from '../config.ts';
import type { Order } from '../db/orders.ts';
import type { Card } from '../http/input.ts';
import { startPaymentProvider } from '../stand-ins/payments.ts';
import { logger } from '../telemetry/logger.ts';
import { chargeFailures, clientMetrics } from '../telemetry/metrics.ts';
import { CircuitBreaker, CircuitOpenError } from './breaker.ts';

/** The payment provider did not do what it was asked for. */
export class PaymentError extends Error {
  override readonly name = 'PaymentError';
  readonly status: number;

  constructor(status: number) {
    // What the provider writes may repeat the card: its status says enough.
    super(`the payment provider answered ${status}`);
    this.status = status;
  }

  /** Whether the card was refused, which is not the provider's failure. */
  get isRefusal(): boolean {
    return this.status === 402;
  }
}

function reasonOf(error: unknown): 'refused' | 'unavailable' | 'timeout' | 'circuit_open' {
  if (error instanceof CircuitOpenError) return 'circuit_open';
  if (error instanceof PaymentError && error.isRefusal) return 'refused';
  return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unavailable';
}

/** Client of the payment provider. */
export class PaymentClient {
  readonly #baseUrl: string;
  readonly #provider: 'sandbox' | 'acme';
  readonly #breaker = new CircuitBreaker('payments');

  constructor(baseUrl: string, provider: 'sandbox' | 'acme') {
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
      'payment.amount_cents': order.totalCents,
      'payment.card_last4': card.number.slice(-4),
    };
    return withSpan('payments.charge', { attributes }, async () => {
      try {
        return await this.#post(endpoint, payload);
      } catch (error) {
        const reason = reasonOf(error);
        chargeFailures.inc({ provider: this.#provider, reason });
        logger.error({ err: error, reason, orderId: order.id }, 'charge failed');
        throw error;
      }
    });
  }

  /** Gives the money of a charge back. */
  async refund(chargeId: string, amount: number): Promise<string> {
    return withSpan('payments.refund', { attributes: { 'payment.amount_cents': amount } }, () =>
      this.#post(new URL('/v1/refunds', this.#baseUrl), { chargeId, amount }),
    );
  }

  /** A refused card is an answer: it does not open the circuit. */
  async #post(endpoint: URL, payload: object): Promise<string> {
    const answer = await this.#breaker.run(async () => {
      try {
        return await this.#send(endpoint, payload);
      } catch (error) {
        if (error instanceof PaymentError && error.isRefusal) return error;
        throw error;
      }
    });
    if (answer instanceof PaymentError) throw answer;
    return answer;
  }

  async #send(endpoint: URL, payload: object): Promise<string> {
    const labels = { http_request_method: 'POST', server_address: endpoint.hostname } as const;
    const stopTimer = clientMetrics.duration.startTimer(labels);
    let status: number | '' = '';
    let errorType = '';
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(payload),
        signal: AbortSignal.timeout(config.payments.timeoutMs),
      });
      status = response.status;
      if (!response.ok) {
        await response.body?.cancel();
        throw new PaymentError(response.status);
      }
      const { id } = (await response.json()) as { id: string };
      return id;
    } catch (error) {
      errorType = error instanceof Error ? error.name : 'unknown';
      throw error;
    } finally {
      stopTimer({ http_response_status_code: status, error_type: errorType });
    }
  }
}

/** The client of the configured provider. */
export const payments = new PaymentClient(
  config.payments.url ?? (await startPaymentProvider()).url,
  config.payments.provider === 'acme' ? 'acme' : 'sandbox',
);
