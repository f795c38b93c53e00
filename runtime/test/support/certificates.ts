/** Certificates for tests: X.509 version 3 (RFC 5280) with ECDSA on P-256, written as DER by hand. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority that signs. */
export interface Authority extends Certificate {
  issue(options: {
    commonName: string;
    dns?: readonly string[];
    ips?: readonly string[];
    uris?: readonly string[];
  }): Certificate;
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...items: readonly Uint8Array[]) => der(0x30, ...items);
const octets = (content: Uint8Array) => der(0x04, content);
const TRUE = der(0x01, Buffer.from([0xff]));

function bits(content: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), content);
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return der(0x06, Buffer.from(bytes));
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const DAY_MS = 86_400_000;

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), octets(value));
}

function pem(label: string, content: Uint8Array): string {
  const lines = Buffer.from(content).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

interface Signer {
  readonly name: string;
  readonly key: KeyObject;
  readonly keyId: Buffer;
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function certificate(subject: string, publicKey: KeyObject, issuer: Signer, extensions: readonly Buffer[]): string {
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    nameOf(issuer.name),
    sequence(time(new Date(Date.now() - DAY_MS)), time(new Date(Date.now() + DAY_MS))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension('2.5.29.14', false, octets(keyIdOf(publicKey))),
        extension('2.5.29.35', false, sequence(der(0x80, issuer.keyId))),
        ...extensions,
      ),
    ),
  );
  return pem('CERTIFICATE', sequence(toBeSigned, ECDSA_SHA256, bits(sign('sha256', toBeSigned, issuer.key))));
}

const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** A new authority of its own key; what it issues serves as server and as client certificate for a day. */
export function createAuthority(name: string): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: Signer = { name, key: own.privateKey, keyId: keyIdOf(own.publicKey) };
  const authority = extension('2.5.29.19', true, sequence(TRUE));
  const signsOnly = extension('2.5.29.15', true, bits(Buffer.from([0x06]), 1));
  return {
    cert: certificate(name, own.publicKey, signer, [authority, signsOnly]),
    key: privatePem(own.privateKey),
    issue({ commonName, dns = [], ips = [], uris = [] }) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const names = [
        ...dns.map((one) => der(0x82, Buffer.from(one))),
        ...uris.map((one) => der(0x86, Buffer.from(one))),
        ...ips.map((one) => der(0x87, Buffer.from(one.split('.').map(Number)))),
      ];
      const usage = extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')));
      const alternatives = names.length > 0 ? [extension('2.5.29.17', false, sequence(...names))] : [];
      const cert = certificate(commonName, pair.publicKey, signer, [usage, ...alternatives]);
      return { cert, key: privatePem(pair.privateKey) };
    },
  };
}
