import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { withSpan } from '@telint/runtime';
import { query } from './pool.ts';

export interface Customer {
  id: string;
  tenantId: string;
  name: string;
  email: string;
  passwordHash: string;
  tier: 'guest' | 'regular' | 'business';
}

export interface Address {
  street: string;
  city: string;
  postalCode: string;
  country: string;
}

const COLUMNS = 'id, tenant_id as "tenantId", name, email, password_hash as "passwordHash", tier';
const derive = promisify<string, Buffer, number, Buffer>(scrypt);

function formatAddress(address: Address): string {
  return [address.street, `${address.postalCode} ${address.city}`, address.country].join(', ');
}

/** The customer with this id. */
export async function findCustomer(id: string): Promise<Customer | undefined> {
  const rows = await query<Customer>('customer_by_id', `select ${COLUMNS} from customers where id = $1`, [id]);
  return rows[0];
}

/** The customer with this e-mail address. */
export async function findCustomerByEmail(email: string): Promise<Customer | undefined> {
  const rows = await query<Customer>('customer_by_email', `select ${COLUMNS} from customers where email = $1`, [email]);
  return rows[0];
}

/** Stores where a customer's orders are sent. */
export async function saveAddress(customerId: string, address: Address): Promise<void> {
  await withSpan('customers.save_address', { attributes: { 'shop.address_lines': 3 } }, async (span) => {
    await query('customer_address', 'update customers set address = $2 where id = $1', [
      customerId,
      formatAddress(address),
    ]);
    span.addEvent('address saved');
  });
}

/** Whether a password belongs to a stored `salt:hash` pair. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'hex');
  const actual = await derive(password, Buffer.from(salt, 'hex'), expected.length);
  return timingSafeEqual(actual, expected);
}
