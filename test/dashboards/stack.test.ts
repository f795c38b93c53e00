import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as compose from '../../runtime/test/services/docker-compose.ts';
import { describeWith, removeFolder, temporaryFolder } from '../../runtime/test/services/process.ts';
import { findProgram } from '../../scripts/lib/programs.ts';
import { DASHBOARDS } from '../../dashboards/src/dashboards/index.ts';
import { FOLDER, textOf } from './support/files.ts';

type Settings = Readonly<Record<string, unknown>>;

const yaml = (path: string): Settings => parse(textOf(path)) as Settings;
const inFolder = (path: string): string => join(FOLDER, path);

const folders: string[] = [];
afterAll(() => folders.forEach(removeFolder));

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Settings;
  readonly deploy: { readonly resources: { readonly limits: Settings } };
}

const servicesOf = (path: string): Readonly<Record<string, Service>> =>
  yaml(path)['services'] as Record<string, Service>;
const SERVICES = servicesOf('compose.yaml');

describe('compose file', () => {
  it('has every part of the stack', () => {
    expect(Object.keys(SERVICES)).toEqual(
      expect.arrayContaining(['prometheus', 'alertmanager', 'grafana', 'tempo', 'loki', 'otel-collector']),
    );
  });

  it.each([...Object.entries(SERVICES), ...Object.entries(servicesOf('compose.grafana-cloud.yaml'))])(
    '%s has a version, limits and ports of this machine only',
    (_, { image, deploy, ports = [] }) => {
      expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
      expect(deploy.resources.limits['cpus']).toMatch(/^[\d.]+$/);
      expect(deploy.resources.limits['memory']).toMatch(/^\d+[mg]$/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );

  it('mounts files that exist, or that the README tells to make', () => {
    const readme = textOf('README.md');
    for (const file of ['compose.yaml', 'compose.grafana-cloud.yaml', 'compose.alloy.yaml']) {
      for (const volume of Object.values(servicesOf(file)).flatMap(({ volumes = [] }) => volumes)) {
        const [source = ''] = volume.split(':');
        if (!source.startsWith('./')) continue;
        const isMade = /^\.\/(?:secrets|certs)$/.test(source) && readme.includes(`${source.slice(2)}/`);
        expect(isMade || existsSync(inFolder(source)), source).toBe(true);
      }
    }
  });

  it('bounds how long every store keeps its data', () => {
    const retention = SERVICES['prometheus']?.command?.filter((flag) => flag.includes('retention'));
    expect(retention).toEqual([expect.stringMatching(/time=\d+d$/), expect.stringMatching(/size=\d+GB$/)]);
    expect(SERVICES['alertmanager']?.command).toContainEqual(expect.stringMatching(/^--data\.retention=\d+h$/));
    expect(yaml('stores/tempo.yaml')).toMatchObject({ compactor: { compaction: { block_retention: '168h' } } });
    expect(yaml('stores/loki.yaml')).toMatchObject({
      compactor: { retention_enabled: true },
      limits_config: { retention_period: '168h' },
    });
  });

  it('keeps samples longer than the longest range that a rule asks for', () => {
    const kept = Number(/time=(\d+)d/.exec(SERVICES['prometheus']?.command?.join(' ') ?? '')?.[1]);
    const ranges = [...textOf('prometheus/rules/recording.yml').matchAll(/\[(\d+)d\]/g)].map(([, days]) =>
      Number(days),
    );
    expect(Math.max(...ranges)).toBeLessThanOrEqual(kept);
  });
});

describe('Grafana', () => {
  const { datasources } = yaml('grafana/provisioning/datasources/datasources.yaml') as {
    datasources: { uid: string; type: string; url: string; jsonData: Settings }[];
  };
  const { providers } = yaml('grafana/provisioning/dashboards/dashboards.yaml') as {
    providers: { folderUid: string; options: { path: string } }[];
  };

  it('knows metrics, traces, logs and alerts, and the way from one to the other', () => {
    expect(datasources.map(({ type }) => type)).toEqual(['prometheus', 'tempo', 'loki', 'alertmanager']);
    const uids = datasources.map(({ uid }) => uid);
    const named = [...JSON.stringify(datasources).matchAll(/"(?:datasourceUid|alertmanagerUid)":"(\w+)"/g)];
    expect(named.length).toBeGreaterThanOrEqual(5);
    for (const [, uid] of named) expect(uids).toContain(uid);
  });

  it('gets the address of each data source from the compose file', () => {
    for (const { url } of datasources) expect(SERVICES['grafana']?.environment).toHaveProperty(url.slice(1));
  });

  it('finds each dashboard in the folder that it is meant for', () => {
    const volumes = SERVICES['grafana']?.volumes ?? [];
    for (const { uid, folder } of DASHBOARDS) {
      const provider = providers.find(({ folderUid }) => folderUid === `telint-${folder}`);
      expect(volumes).toContain(`./grafana/${uid}.json:${provider?.options.path}/${uid}.json:ro`);
    }
  });

  const permissions = (folder: string): unknown => JSON.parse(textOf(`grafana/permissions/${folder}.json`));

  it('shows graphs to viewers, and business figures to editors only', () => {
    const open = {
      items: [
        { role: 'Viewer', permission: 1 },
        { role: 'Editor', permission: 2 },
      ],
    };
    expect(permissions('telint-services')).toEqual(open);
    expect(permissions('telint-telemetry')).toEqual(open);
    expect(permissions('telint-business')).toEqual({ items: [{ role: 'Editor', permission: 1 }] });
    expect(providers.map(({ folderUid }) => folderUid).sort()).toEqual(
      ['telint-business', 'telint-services', 'telint-telemetry'].sort(),
    );
  });

  it.runIf(findProgram('curl') !== undefined)('gets the permissions from the script', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = JSON.stringify(JSON.parse(Buffer.concat(parts).toString()));
        seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
        response.end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const folder = temporaryFolder('permissions');
    folders.push(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'word'), 'not-so-secret');
    const script = spawn('sh', [inFolder('grafana/set-permissions.sh'), inFolder('grafana/permissions')], {
      env: {
        PATH: process.env['PATH'],
        GRAFANA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        GRAFANA_ADMIN_USER: 'admin',
        GRAFANA_ADMIN_PASSWORD_FILE: join(folder, 'word'),
      },
    });
    const [code] = (await once(script, 'exit')) as [number];
    server.close();
    expect(code).toBe(0);
    const login = `Basic ${Buffer.from('admin:not-so-secret').toString('base64')}`;
    expect(seen).toEqual(
      ['telint-business', 'telint-services', 'telint-telemetry'].map(
        (uid) => `POST /api/folders/${uid}/permissions ${login} ${JSON.stringify(permissions(uid))}`,
      ),
    );
  });
});

interface Pipeline {
  readonly receivers?: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters?: readonly string[];
}

type Collector = Readonly<Record<'receivers' | 'processors' | 'exporters' | 'extensions', Settings>> & {
  readonly service: { readonly extensions: readonly string[]; readonly pipelines: Readonly<Record<string, Pipeline>> };
};

/** Merges as the collector does: maps by key, lists as a whole. */
function merged(one: unknown, other: unknown): unknown {
  const isMap = (value: unknown): value is Settings =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(one) || !isMap(other)) return other ?? one;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, key in other ? merged(one[key], other[key]) : one[key]]));
}

describe('collector', () => {
  const plain = yaml('otel/collector.yaml') as unknown as Collector;
  const cloud = merged(plain, yaml('otel/grafana-cloud.yaml')) as Collector;

  it.each([
    ['here', plain],
    ['to Grafana Cloud', cloud],
  ])('has pipelines %s of parts that are configured', (_, { service, ...parts }) => {
    expect(Object.keys(service.pipelines).sort()).toEqual(['logs', 'metrics', 'traces']);
    for (const extension of service.extensions) expect(parts.extensions).toHaveProperty([extension]);
    for (const [name, pipeline] of Object.entries(service.pipelines)) {
      for (const kind of ['receivers', 'processors', 'exporters'] as const) {
        expect(pipeline[kind]?.length, `${name} ${kind}`).toBeGreaterThan(0);
        for (const one of pipeline[kind] ?? []) expect(parts[kind]).toHaveProperty([one]);
      }
      // Refuse first, then clean, then decide, then pack.
      expect(pipeline.processors?.slice(0, 2)).toEqual(['memory_limiter', 'redaction']);
      expect(pipeline.processors?.at(-1)).toBe('batch');
    }
    expect(service.pipelines['traces']?.processors).toContain('tail_sampling');
  });

  it('uses every part that is configured', () => {
    for (const [kind, ...of] of [
      ['receivers', 'otlp', 'postgresql', 'redis'],
      ['processors', 'memory_limiter', 'redaction', 'tail_sampling', 'batch'],
      ['exporters'],
    ] as const) {
      const used = new Set(Object.values(plain.service.pipelines).flatMap((pipeline) => pipeline[kind] ?? []));
      expect([...used].sort()).toEqual(Object.keys(plain[kind]).sort());
      for (const one of of) expect(used).toContain(one);
    }
  });

  it('takes OTLP over TLS only', () => {
    const { protocols } = plain.receivers['otlp'] as { protocols: Readonly<Record<string, Settings>> };
    expect(Object.keys(protocols).sort()).toEqual(['grpc', 'http']);
    for (const protocol of Object.values(protocols)) {
      const { cert_file, key_file } = protocol['tls'] as Settings;
      expect([cert_file, key_file]).toEqual([
        '/etc/otelcol/certs/collector.pem',
        '/etc/otelcol/certs/collector-key.pem',
      ]);
    }
  });

  it('holds passwords in variables that the compose files pass', () => {
    const asked = [...textOf('otel/collector.yaml').matchAll(/\$\{env:(\w+)/g)].map(([, name = '']) => name);
    const forCloud = [...textOf('otel/grafana-cloud.yaml').matchAll(/\$\{env:(\w+)/g)].map(([, name = '']) => name);
    expect(asked.length).toBeGreaterThanOrEqual(6);
    expect(forCloud).toHaveLength(3);
    for (const name of asked) expect(SERVICES['otel-collector']?.environment).toHaveProperty(name);
    for (const name of [...asked, ...forCloud])
      expect(servicesOf('compose.grafana-cloud.yaml')['otel-collector']?.environment).toHaveProperty(name);
  });

  const redaction = plain.processors['redaction'] as { blocked_key_patterns: string[]; blocked_values: string[] };

  it.each(['db.password', 'client_secret', 'http.request.header.authorization', 'Cookie', 'x-api-key'])(
    'replaces the values of %s',
    (key) => expect(redaction.blocked_key_patterns.some((one) => new RegExp(`^(?:${one})$`).test(key))).toBe(true),
  );

  it.each(['http.route', 'service.name', 'user_agent.original', 'db.query.text', 'messaging.message.id'])(
    'leaves %s alone',
    (key) => expect(redaction.blocked_key_patterns.some((one) => new RegExp(one).test(key))).toBe(false),
  );

  it.each([
    ['4111111111111111', true],
    [`ghp_${'a'.repeat(36)}`, true],
    ['AKIAIOSFODNN7EXAMPLE', true],
    ['2026-11-21T15:00:00Z', false],
    ['0af7651916cd43dd8448eb211c80319c', false],
    ['/orders/4111', false],
  ])('knows whether %s may be seen', (text, isBlocked) => {
    expect(redaction.blocked_values.some((one) => new RegExp(one).test(text))).toBe(isBlocked);
  });
});

describe('Alloy', () => {
  const text = textOf('otel/config.alloy');
  // Braces and quotes inside of texts are not structure.
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\/\/.*/g, '');
  const components = [...text.matchAll(/^([a-z][\w.]*) "(\w+)" \{$/gm)].map(([, kind, label]) => `${kind}.${label}`);

  it('has closed blocks', () => {
    let depth = 0;
    for (const char of bare) {
      if (char === '{') depth++;
      if (char === '}') depth--;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
    for (const line of bare.split('\n').map((one) => one.trim())) {
      expect(line).toMatch(/^(?:|[\w.]+(?: "")? \{|\w+ +=.+|[\])}].*|"",)$/);
    }
  });

  it('joins components that exist', () => {
    expect(new Set(components).size).toBe(components.length);
    const joined = [...bare.matchAll(/\b((?:otelcol|prometheus)(?:\.\w+)+)\.(?:input|handler|receiver|targets)\b/g)];
    expect(joined.length).toBeGreaterThan(10);
    for (const [, component] of joined) expect(components).toContain(component);
  });

  it('does what the collector does', () => {
    for (const kind of ['receiver.otlp', 'processor.memory_limiter', 'processor.tail_sampling', 'processor.batch']) {
      expect(components).toContain(`otelcol.${kind}.default`);
    }
    const { policies } = (yaml('otel/collector.yaml') as unknown as Collector).processors['tail_sampling'] as {
      policies: { name: string; type: string }[];
    };
    for (const { name, type } of policies) expect(text).toContain(`name = "${name}"\n    type = "${type}"`);
    expect(text.match(/tls \{/g)).toHaveLength(2);
    expect(components).toEqual(
      expect.arrayContaining(['prometheus.exporter.postgres.default', 'prometheus.exporter.redis.default']),
    );
    expect(text.match(/GRAFANA_CLOUD_OTLP_ENDPOINT"\)/g)).toHaveLength(3);
  });
});

describeWith({ 'docker-compose': compose }, 'docker-compose', () => {
  const cloud = {
    GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp.example.com/otlp',
    GRAFANA_CLOUD_INSTANCE_ID: '1',
    GRAFANA_CLOUD_API_KEY: 'k',
  };

  it.each([[['compose.yaml']], [['compose.yaml', 'compose.alloy.yaml']]])('takes %s', (files) => {
    expect(compose.checkCompose(files.map(inFolder))).toBe('');
  });

  it('takes the variant for Grafana Cloud with its variables, and says which one is missing', () => {
    expect(compose.checkCompose([inFolder('compose.grafana-cloud.yaml')], cloud)).toBe('');
    const missing = compose.checkCompose([inFolder('compose.grafana-cloud.yaml')], {
      ...cloud,
      GRAFANA_CLOUD_API_KEY: '',
    });
    expect(missing).toMatch(/GRAFANA_CLOUD_API_KEY/);
  });
});
