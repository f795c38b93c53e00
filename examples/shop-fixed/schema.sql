-- The tables of the shop, for PostgreSQL and for the SQLite that stands in for it.
-- `psql "$SHOP_DATABASE_URL" -f schema.sql` creates them with one customer and three articles.

create table customers (
  id text primary key,
  tenant_id text not null,
  name text not null,
  email text not null unique,
  password_hash text not null, -- salt:hash, both in hex, scrypt with a key of 32 bytes
  tier text not null check (tier in ('guest', 'regular', 'business')),
  address text
);

create table stock (
  sku text primary key,
  price_cents integer not null,
  available integer not null check (available >= 0)
);

create table orders (
  id text primary key,
  customer_id text not null references customers (id),
  tenant_id text not null,
  status text not null check (status in ('created', 'paid', 'shipped', 'cancelled')),
  lines text not null,
  coupon text,
  charge_id text,
  total_cents integer not null,
  created_at timestamp not null default current_timestamp
);

create index orders_by_customer on orders (customer_id, created_at);

insert into stock (sku, price_cents, available)
values ('mug', 1250, 1000000), ('poster', 2400, 1000000), ('globe', 8900, 0);

-- The password is `correct horse`.
insert into customers (id, tenant_id, name, email, password_hash, tier)
values ('c-1', 'north', 'First Customer', 'customer@shop.example', '00112233445566778899aabbccddeeff:f5206d570fcd120bd1f23a8cd186bd87c04ac1db00e9ac1efca589774ae6ecb8', 'regular');
