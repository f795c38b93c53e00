import type { Library, Member, Shape, ShapeName, Signature } from '../types.ts';

const v = (value: NonNullable<Member['value']>): Member => ({ value });
const gives = (returns: string): Member => ({ call: { returns } });
const made = (returns: string, callbacks?: Signature['callbacks']): Member & { readonly construct: Signature } => ({
  construct: callbacks ? { returns, callbacks } : { returns },
});
const calls = (...names: readonly string[]): Readonly<Record<string, Member>> =>
  Object.fromEntries(names.map((n) => [n, { call: {} }]));

/** A job of Bull, BullMQ or Bee-Queue. */
const job: Shape = {
  members: {
    data: v('message.payload'),
    name: v('job.name'),
    queueName: v('queue.name'),
    returnvalue: v('message.payload'),
    failedReason: v('error.message'),
  },
};

const bullmq: Library = {
  name: 'bullmq',
  source: 'bullmq 5 API reference',
  modules: ['bullmq', '@taskforcesh/bullmq-pro'],
  exports: {
    Queue: made('bullmq.Queue'),
    QueuePro: made('bullmq.Queue'),
    Worker: made('bullmq.Worker', { 1: ['bullmq.Job'] }),
    WorkerPro: made('bullmq.Worker', { 1: ['bullmq.Job'] }),
    FlowProducer: made('bullmq.FlowProducer'),
    QueueEvents: made('bullmq.QueueEvents'),
  },
  types: {
    Queue: 'bullmq.Queue',
    QueuePro: 'bullmq.Queue',
    Worker: 'bullmq.Worker',
    FlowProducer: 'bullmq.FlowProducer',
    Job: 'bullmq.Job',
    JobPro: 'bullmq.Job',
  },
  shapes: {
    'bullmq.Queue': {
      members: { ...calls('add', 'addBulk', 'upsertJobScheduler', 'getJobCounts'), name: v('queue.name') },
    },
    'bullmq.Worker': { members: { on: { call: { callbacks: { 1: ['bullmq.Job'] } } }, name: v('queue.name') } },
    'bullmq.FlowProducer': { members: calls('add', 'addBulk') },
    'bullmq.QueueEvents': {},
    'bullmq.Job': job,
  },
};

const bull: Library = {
  name: 'bull',
  source: 'bull 4 reference; @nestjs/bull 11',
  modules: ['bull'],
  exports: { default: { construct: { returns: 'bull.Queue' }, call: { returns: 'bull.Queue' } } },
  types: { Queue: 'bull.Queue', Job: 'bull.Job', default: 'bull.Queue' },
  shapes: {
    'bull.Queue': {
      members: {
        ...calls('add', 'addBulk'),
        process: { call: { callbacks: { [-1]: ['bull.Job'] } } },
        name: v('queue.name'),
      },
    },
    'bull.Job': job,
  },
};

const beeQueue: Library = {
  name: 'bee-queue',
  source: 'bee-queue 2 README',
  modules: ['bee-queue'],
  exports: { default: made('beequeue.Queue') },
  types: { default: 'beequeue.Queue' },
  shapes: {
    'beequeue.Queue': { members: { ...calls('createJob'), process: { call: { callbacks: { [-1]: ['bull.Job'] } } } } },
  },
};

const kafkaMessage: Shape = {
  members: { value: v('message.payload'), key: v('message.key'), headers: { shape: 'kafka.Headers' } },
};

const kafkajs: Library = {
  name: 'kafkajs',
  source: 'kafkajs 2 documentation; @nestjs/microservices repeats its types',
  modules: ['kafkajs', '@nestjs/microservices/external/kafka.interface'],
  exports: { Kafka: made('kafkajs.Kafka') },
  types: {
    Kafka: 'kafkajs.Kafka',
    Producer: 'kafkajs.Producer',
    Transaction: 'kafkajs.Producer',
    Consumer: 'kafkajs.Consumer',
    EachMessagePayload: 'kafkajs.EachMessagePayload',
    EachBatchPayload: 'kafkajs.EachBatchPayload',
    KafkaMessage: 'kafka.Message',
  },
  shapes: {
    'kafkajs.Kafka': {
      members: { producer: gives('kafkajs.Producer'), consumer: gives('kafkajs.Consumer'), admin: {} },
    },
    'kafkajs.Producer': { members: { ...calls('send', 'sendBatch'), transaction: gives('kafkajs.Producer') } },
    'kafkajs.Consumer': { members: calls('run', 'subscribe') },
    'kafkajs.EachMessagePayload': { members: { topic: v('queue.name'), message: { shape: 'kafka.Message' } } },
    'kafkajs.EachBatchPayload': {},
    'kafka.Message': kafkaMessage,
    // Values are Buffers on the consumer's side.
    'kafka.Headers': {},
  },
};

const confluent: Library = {
  name: '@confluentinc/kafka-javascript',
  source: '@confluentinc/kafka-javascript 1.10 documentation',
  modules: ['@confluentinc/kafka-javascript'],
  // `new KafkaJS.Kafka()`: the namespace stands for the only class that is constructed through it.
  exports: {
    KafkaJS: made('confluent.Kafka'),
    Producer: made('rdkafka.Producer'),
    HighLevelProducer: made('rdkafka.Producer'),
    KafkaConsumer: made('rdkafka.Consumer'),
  },
  shapes: {
    'confluent.Kafka': { members: { producer: gives('confluent.Producer'), consumer: gives('confluent.Consumer') } },
    'confluent.Producer': { members: { ...calls('send', 'sendBatch'), transaction: gives('confluent.Producer') } },
    'confluent.Consumer': { members: calls('run', 'subscribe') },
  },
};

const rdkafka: Library = {
  name: 'node-rdkafka',
  source: 'node-rdkafka 3 documentation',
  modules: ['node-rdkafka'],
  exports: {
    Producer: made('rdkafka.Producer'),
    HighLevelProducer: made('rdkafka.Producer'),
    KafkaConsumer: made('rdkafka.Consumer'),
  },
  types: { Producer: 'rdkafka.Producer', HighLevelProducer: 'rdkafka.Producer', KafkaConsumer: 'rdkafka.Consumer' },
  shapes: {
    'rdkafka.Producer': { members: calls('produce') },
    'rdkafka.Consumer': { members: calls('on', 'consume') },
  },
};

const platformaticKafka: Library = {
  name: '@platformatic/kafka',
  source: '@platformatic/kafka 2 documentation',
  modules: ['@platformatic/kafka'],
  exports: { Producer: made('platformatic.Producer'), Consumer: made('platformatic.Consumer') },
  types: { Producer: 'platformatic.Producer', Consumer: 'platformatic.Consumer' },
  shapes: { 'platformatic.Producer': { members: calls('send') }, 'platformatic.Consumer': {} },
};

const amqpMessage: Shape = {
  members: { content: v('message.payload'), fields: {}, properties: { shape: 'amqp.Properties' } },
};

const amqplib: Library = {
  name: 'amqplib',
  source: 'amqplib 0.10 channel API; amqp-connection-manager 5; @golevelup/nestjs-rabbitmq 9',
  modules: ['amqplib', 'amqplib/*'],
  exports: { connect: gives('amqplib.Connection'), default: { shape: 'amqplib.Namespace' } },
  types: {
    Connection: 'amqplib.Connection',
    ChannelModel: 'amqplib.Connection',
    Channel: 'amqplib.Channel',
    ConfirmChannel: 'amqplib.Channel',
    ConsumeMessage: 'amqp.Message',
    Message: 'amqp.Message',
  },
  shapes: {
    'amqplib.Namespace': { members: { connect: gives('amqplib.Connection') } },
    'amqplib.Connection': {
      members: { createChannel: gives('amqplib.Channel'), createConfirmChannel: gives('amqplib.Channel') },
    },
    'amqplib.Channel': {
      members: { ...calls('publish', 'sendToQueue'), consume: { call: { callbacks: { 1: ['amqp.Message'] } } } },
    },
    'amqp.Message': amqpMessage,
    'amqp.Properties': { members: { headers: {}, correlationId: {} } },
  },
};

const amqpConnectionManager: Library = {
  name: 'amqp-connection-manager',
  source: 'amqp-connection-manager 5 README (wraps amqplib)',
  modules: ['amqp-connection-manager'],
  exports: { connect: gives('amqpmanager.Connection'), default: { shape: 'amqpmanager.Namespace' } },
  types: { ChannelWrapper: 'amqplib.Channel', AmqpConnectionManager: 'amqpmanager.Connection' },
  shapes: {
    'amqpmanager.Namespace': { members: { connect: gives('amqpmanager.Connection') } },
    'amqpmanager.Connection': { members: { createChannel: gives('amqplib.Channel') } },
  },
};

const golevelup: Library = {
  name: '@golevelup/nestjs-rabbitmq',
  source: '@golevelup/nestjs-rabbitmq 9 README (wraps amqplib)',
  modules: ['@golevelup/nestjs-rabbitmq'],
  exports: {},
  types: { AmqpConnection: 'golevelup.AmqpConnection' },
  shapes: { 'golevelup.AmqpConnection': { members: calls('publish', 'request') } },
};

const rabbitmqClient: Library = {
  name: 'rabbitmq-client',
  source: 'rabbitmq-client 5 API reference',
  modules: ['rabbitmq-client'],
  exports: { Connection: made('rabbitmqclient.Connection'), default: made('rabbitmqclient.Connection') },
  types: {
    Connection: 'rabbitmqclient.Connection',
    Publisher: 'rabbitmqclient.Publisher',
    RPCClient: 'rabbitmqclient.RpcClient',
  },
  shapes: {
    'rabbitmqclient.Connection': {
      members: {
        createPublisher: gives('rabbitmqclient.Publisher'),
        createRPCClient: gives('rabbitmqclient.RpcClient'),
        createConsumer: { call: { callbacks: { 1: ['rabbitmqclient.Message'] } } },
        acquire: gives('rabbitmqclient.Channel'),
      },
    },
    'rabbitmqclient.Publisher': { members: calls('send') },
    'rabbitmqclient.RpcClient': { members: calls('send') },
    'rabbitmqclient.Channel': { members: calls('basicPublish', 'basicConsume') },
    'rabbitmqclient.Message': { members: { body: v('message.payload'), routingKey: v('queue.name'), headers: {} } },
  },
};

const nats: Library = {
  name: 'nats',
  source: 'nats 2.29 and @nats-io/nats-core 3.4 API',
  modules: [
    'nats',
    'nats.ws',
    '@nats-io/transport-node',
    '@nats-io/nats-core',
    '@nats-io/jetstream',
    '@nats-io/transport-deno',
  ],
  exports: {
    connect: gives('nats.Connection'),
    wsconnect: gives('nats.Connection'),
    jetstream: gives('nats.JetStream'),
    headers: gives('nats.Headers'),
    default: { shape: 'nats.Namespace' },
  },
  types: {
    NatsConnection: 'nats.Connection',
    JetStreamClient: 'nats.JetStream',
    Subscription: 'nats.Subscription',
    Msg: 'nats.Msg',
    JsMsg: 'nats.Msg',
    MsgHdrs: 'nats.Headers',
  },
  shapes: {
    'nats.Namespace': { members: { connect: gives('nats.Connection') } },
    'nats.Connection': {
      members: {
        ...calls('publish', 'request', 'requestMany'),
        subscribe: gives('nats.Subscription'),
        jetstream: gives('nats.JetStream'),
      },
    },
    'nats.JetStream': {
      members: {
        ...calls('publish'),
        subscribe: gives('nats.Subscription'),
        pullSubscribe: gives('nats.Subscription'),
      },
    },
    'nats.Subscription': {},
    'nats.Msg': {
      members: {
        data: v('message.payload'),
        subject: v('queue.name'),
        headers: { shape: 'nats.Headers' },
        json: { call: { value: 'message.payload' } },
        string: { call: { value: 'message.payload' } },
      },
    },
    'nats.Headers': {},
  },
};

const mqtt: Library = {
  name: 'mqtt',
  source: 'mqtt 5 README',
  modules: ['mqtt'],
  exports: {
    connect: gives('mqtt.Client'),
    connectAsync: gives('mqtt.Client'),
    MqttClient: made('mqtt.Client'),
    default: { shape: 'mqtt.Namespace' },
  },
  types: { MqttClient: 'mqtt.Client' },
  shapes: {
    'mqtt.Namespace': { members: { connect: gives('mqtt.Client'), connectAsync: gives('mqtt.Client') } },
    'mqtt.Client': { members: calls('publish', 'publishAsync', 'on', 'subscribe') },
  },
};

const nestMicroservices: Library = {
  name: '@nestjs/microservices',
  source: 'NestJS 11 microservices documentation',
  modules: ['@nestjs/microservices'],
  exports: { ClientProxyFactory: { shape: 'nest.ClientProxyFactory' } },
  types: {
    ClientProxy: 'nest.ClientProxy',
    ClientKafka: 'nest.ClientKafka',
    ClientKafkaProxy: 'nest.ClientKafka',
    ClientNats: 'nest.ClientNats',
    ClientRMQ: 'nest.ClientRMQ',
    ClientRedis: 'nest.ClientRedis',
    ClientMqtt: 'nest.ClientMqtt',
    ClientTCP: 'nest.ClientTCP',
  },
  shapes: {
    'nest.ClientProxyFactory': { members: { create: gives('nest.ClientProxy') } },
    ...Object.fromEntries(
      ['ClientProxy', 'ClientKafka', 'ClientNats', 'ClientRMQ', 'ClientRedis', 'ClientMqtt', 'ClientTCP'].map((n) => [
        `nest.${n}`,
        { members: calls('emit', 'send') },
      ]),
    ),
  },
};

const awsMessaging: Library = {
  name: '@aws-sdk/client-sqs',
  source: '@aws-sdk/client-sqs and client-sns 3 API reference',
  modules: ['@aws-sdk/client-sqs', '@aws-sdk/client-sns'],
  exports: {
    SendMessageCommand: made('aws.SendMessageCommand'),
    SendMessageBatchCommand: made('aws.SendMessageBatchCommand'),
    PublishCommand: made('aws.PublishCommand'),
    PublishBatchCommand: made('aws.PublishBatchCommand'),
    SQS: made('aws.SQS'),
    SNS: made('aws.SNS'),
  },
  types: { SQS: 'aws.SQS', SNS: 'aws.SNS' },
  shapes: {
    'aws.SendMessageCommand': {},
    'aws.SendMessageBatchCommand': {},
    'aws.PublishCommand': {},
    'aws.PublishBatchCommand': {},
    'aws.SQS': { members: calls('sendMessage', 'sendMessageBatch') },
    'aws.SNS': { members: calls('publish', 'publishBatch') },
  },
};

const sqsConsumer: Library = {
  name: 'sqs-consumer',
  source: 'sqs-consumer 15 README',
  modules: ['sqs-consumer'],
  exports: { Consumer: { shape: 'sqsconsumer.Class' } },
  shapes: { 'sqsconsumer.Class': { members: calls('create') } },
};

const googlePubsub: Library = {
  name: '@google-cloud/pubsub',
  source: '@google-cloud/pubsub 5 reference; enableOpenTelemetryTracing',
  modules: ['@google-cloud/pubsub'],
  exports: { PubSub: made('pubsub.PubSub') },
  types: {
    PubSub: 'pubsub.PubSub',
    Topic: 'pubsub.Topic',
    Subscription: 'pubsub.Subscription',
    Message: 'pubsub.Message',
  },
  shapes: {
    'pubsub.PubSub': { members: { topic: gives('pubsub.Topic'), subscription: gives('pubsub.Subscription') } },
    'pubsub.Topic': {
      members: { ...calls('publish', 'publishMessage', 'publishJSON'), subscription: gives('pubsub.Subscription') },
    },
    'pubsub.Subscription': { members: calls('on') },
    'pubsub.Message': { members: { data: v('message.payload'), attributes: {} } },
  },
};

const azureServiceBus: Library = {
  name: '@azure/service-bus',
  source: '@azure/service-bus 7 API reference',
  modules: ['@azure/service-bus'],
  exports: { ServiceBusClient: made('servicebus.Client') },
  types: {
    ServiceBusClient: 'servicebus.Client',
    ServiceBusSender: 'servicebus.Sender',
    ServiceBusReceiver: 'servicebus.Receiver',
  },
  shapes: {
    'servicebus.Client': {
      members: { createSender: gives('servicebus.Sender'), createReceiver: gives('servicebus.Receiver') },
    },
    'servicebus.Sender': { members: calls('sendMessages', 'scheduleMessages') },
    'servicebus.Receiver': { members: calls('subscribe') },
  },
};

const databaseQueues: readonly Library[] = [
  {
    name: 'pg-boss',
    source: 'pg-boss 12 documentation',
    modules: ['pg-boss'],
    exports: { default: made('pgboss.Boss'), PgBoss: made('pgboss.Boss') },
    types: { default: 'pgboss.Boss', PgBoss: 'pgboss.Boss' },
    shapes: {
      'pgboss.Boss': {
        members: calls('send', 'sendAfter', 'sendThrottled', 'sendDebounced', 'insert', 'publish', 'work', 'schedule'),
      },
    },
  },
  {
    name: 'graphile-worker',
    source: 'graphile-worker 0.16 documentation',
    modules: ['graphile-worker'],
    exports: { makeWorkerUtils: gives('graphileworker.Utils'), quickAddJob: { call: {} }, run: { call: {} } },
    types: { WorkerUtils: 'graphileworker.Utils', JobHelpers: 'graphileworker.Utils' },
    shapes: { 'graphileworker.Utils': { members: calls('addJob') } },
  },
  {
    name: 'agenda',
    source: 'agenda 5 README',
    modules: ['agenda', '@hokify/agenda'],
    exports: { default: made('agenda.Agenda'), Agenda: made('agenda.Agenda') },
    types: { Agenda: 'agenda.Agenda', default: 'agenda.Agenda' },
    shapes: { 'agenda.Agenda': { members: calls('now', 'schedule', 'define', 'every') } },
  },
];

const redisMembers = calls(
  'publish',
  'spublish',
  'sPublish',
  'lpush',
  'rpush',
  'lPush',
  'rPush',
  'xadd',
  'xAdd',
  'subscribe',
  'psubscribe',
  'pSubscribe',
  'on',
  'brpop',
  'blpop',
  'brPop',
  'blPop',
  'xreadgroup',
  'xReadGroup',
);

const redis: Library = {
  name: 'redis',
  source: 'ioredis 5, iovalkey 0.3 and redis 5 READMEs',
  modules: ['ioredis', 'iovalkey', 'redis', '@redis/client'],
  exports: {
    default: made('redis.Client'),
    Redis: made('redis.Client'),
    Cluster: made('redis.Client'),
    createClient: gives('redis.Client'),
    createCluster: gives('redis.Client'),
  },
  types: {
    default: 'redis.Client',
    Redis: 'redis.Client',
    Cluster: 'redis.Client',
    RedisClientType: 'redis.Client',
    RedisClusterType: 'redis.Client',
  },
  shapes: {
    'redis.Client': {
      members: {
        ...redisMembers,
        duplicate: gives('redis.Client'),
        multi: gives('redis.Client'),
        pipeline: gives('redis.Client'),
        connect: gives('this'),
      },
    },
  },
};

/** Message brokers and job queues: which objects they hand out. */
export const brokers: readonly Library[] = [
  bullmq,
  bull,
  beeQueue,
  kafkajs,
  confluent,
  rdkafka,
  platformaticKafka,
  amqplib,
  amqpConnectionManager,
  golevelup,
  rabbitmqClient,
  nats,
  mqtt,
  nestMicroservices,
  awsMessaging,
  sqsConsumer,
  googlePubsub,
  azureServiceBus,
  ...databaseQueues,
  redis,
];

/**
 * Which calls hand a message over to another process or a later moment, and where trace context can travel with it.
 * Sources: the documentation named per library in libraries/brokers.ts and libraries/workers.ts;
 * OpenTelemetry specification "Context propagation" and semantic conventions for messaging 1.45.
 */
export interface PublishSpec {
  /** Package that speaks to the broker; key into the table of instrumentations. */
  readonly broker: string;
  readonly carrier: Carrier;
  /** The last argument's properties that make it a schedule: such jobs have no parent. */
  readonly scheduleKeys?: readonly string[];
  /** Reported only when the option is switched on. */
  readonly optIn?: OptIn;
  /** A publish only together with this kind of consumer somewhere in the workspace (lists that are queues). */
  readonly needsConsumer?: readonly string[];
}

/** Kinds of messages that a rule reports only on request: often they are signals that nobody traces. */
export type OptIn = 'workers' | 'sockets' | 'pubsub';

/** Where the carrier travels. */
export interface Carrier {
  /** `field`: an extra property of the message · `headers`: a property of an options argument · `each`: headers of every message of a batch. */
  readonly how: 'field' | 'headers' | 'each';
  readonly arg: number;
  /** Property that holds the carrier; dots separate levels. */
  readonly property: string;
  /** Words for the message of a finding. */
  readonly words: string;
}

/** How the messages arrive and where their carrier is. */
export interface ConsumeSpec {
  readonly broker: string;
  /** The handler: an argument index (`-1`: the last function argument), or a property of an options argument. */
  readonly handler: number | { readonly arg: number; readonly properties: readonly string[] };
  /** Only when argument 0 is one of these strings (event names). */
  readonly event?: readonly string[];
  /** The result is iterated with `for await` instead of a handler. */
  readonly iterates?: boolean;
  /** Parameter of the handler that holds the carrier and the way from it (`data.traceContext`). */
  readonly message: number;
  readonly path: string;
  /** Carrier values are Buffers, or the carrier is an object with `get`. */
  readonly values?: 'buffers' | 'accessor' | 'redis';
  readonly optIn?: OptIn;
}

const field = (arg: number, words = 'a field of the job data'): Carrier => ({
  how: 'field',
  arg,
  property: 'traceContext',
  words,
});
const inMessage = (arg: number): Carrier => field(arg, 'a field of the message');
const headers = (arg: number, property = 'headers', words = 'the message headers'): Carrier => ({
  how: 'headers',
  arg,
  property,
  words,
});
const each = (arg: number, property = 'messages'): Carrier => ({
  how: 'each',
  arg,
  property,
  words: 'the headers of each message',
});

const bullAdd: PublishSpec = { broker: 'bull', carrier: field(-1), scheduleKeys: ['repeat'] };
const bullmqAdd: PublishSpec = { broker: 'bullmq', carrier: field(1), scheduleKeys: ['repeat'] };
const nest = (broker: string): Readonly<Record<string, PublishSpec>> => ({
  emit: { broker, carrier: inMessage(1) },
  send: { broker, carrier: inMessage(1) },
});
const pgBoss: PublishSpec = { broker: 'pg-boss', carrier: field(1) };
const natsPublish: PublishSpec = { broker: 'nats', carrier: headers(2) };
const redisField = {
  how: 'field',
  arg: 1,
  property: 'traceContext',
  words: 'a field of the message',
} as const satisfies Carrier;
const redisPublish: PublishSpec = {
  broker: 'redis',
  carrier: redisField,
  optIn: 'pubsub',
  needsConsumer: ['subscribe', 'psubscribe', 'pSubscribe', 'sSubscribe', 'ssubscribe'],
};
const redisPush: PublishSpec = {
  broker: 'redis',
  carrier: redisField,
  needsConsumer: [
    'brpop',
    'blpop',
    'brPop',
    'blPop',
    'brpoplpush',
    'bRPopLPush',
    'blmove',
    'blMove',
    'bzpopmin',
    'rpop',
    'lpop',
    'rPop',
    'lPop',
  ],
};
const redisStream: PublishSpec = {
  broker: 'redis',
  carrier: { ...redisField, words: 'a field of the stream entry' },
  needsConsumer: ['xreadgroup', 'xReadGroup', 'xread', 'xRead'],
};

/** Methods that send a message, by shape and method name. */
export const publishers: Readonly<Record<ShapeName, Readonly<Record<string, PublishSpec>>>> = {
  'bullmq.Queue': {
    add: bullmqAdd,
    addBulk: { broker: 'bullmq', carrier: { ...field(0), how: 'each' }, scheduleKeys: ['repeat'] },
  },
  'bullmq.FlowProducer': {
    add: { broker: 'bullmq', carrier: field(0) },
    addBulk: { broker: 'bullmq', carrier: { ...field(0), how: 'each' } },
  },
  'bull.Queue': {
    add: bullAdd,
    addBulk: { broker: 'bull', carrier: { ...field(0), how: 'each' }, scheduleKeys: ['repeat'] },
  },
  'beequeue.Queue': { createJob: { broker: 'bee-queue', carrier: field(0) } },
  'kafkajs.Producer': {
    send: { broker: 'kafkajs', carrier: each(0) },
    sendBatch: { broker: 'kafkajs', carrier: each(0, 'topicMessages') },
  },
  'confluent.Producer': {
    send: { broker: '@confluentinc/kafka-javascript', carrier: each(0) },
    sendBatch: { broker: '@confluentinc/kafka-javascript', carrier: each(0, 'topicMessages') },
  },
  'rdkafka.Producer': { produce: { broker: 'node-rdkafka', carrier: headers(6, '') } },
  'platformatic.Producer': { send: { broker: '@platformatic/kafka', carrier: each(0) } },
  'amqplib.Channel': {
    publish: { broker: 'amqplib', carrier: headers(3) },
    sendToQueue: { broker: 'amqplib', carrier: headers(2) },
  },
  'golevelup.AmqpConnection': { publish: { broker: 'amqplib', carrier: headers(3) } },
  'rabbitmqclient.Publisher': { send: { broker: 'rabbitmq-client', carrier: headers(0) } },
  'rabbitmqclient.RpcClient': { send: { broker: 'rabbitmq-client', carrier: headers(0) } },
  'rabbitmqclient.Channel': { basicPublish: { broker: 'rabbitmq-client', carrier: headers(0) } },
  'nats.Connection': { publish: natsPublish, request: natsPublish, requestMany: natsPublish },
  'nats.JetStream': { publish: natsPublish },
  'mqtt.Client': {
    publish: { broker: 'mqtt', carrier: headers(2, 'properties.userProperties', 'the user properties of MQTT 5') },
    publishAsync: { broker: 'mqtt', carrier: headers(2, 'properties.userProperties', 'the user properties of MQTT 5') },
  },
  'nest.ClientProxy': nest('@nestjs/microservices'),
  'nest.ClientKafka': nest('kafkajs'),
  'nest.ClientNats': nest('nats'),
  'nest.ClientRMQ': nest('amqplib'),
  'nest.ClientRedis': nest('redis'),
  'nest.ClientMqtt': nest('mqtt'),
  'nest.ClientTCP': nest('nest-tcp'),
  'aws.SQS': {
    sendMessage: { broker: '@aws-sdk/client-sqs', carrier: headers(0, 'MessageAttributes', 'the message attributes') },
    sendMessageBatch: { broker: '@aws-sdk/client-sqs', carrier: each(0, 'Entries') },
  },
  'aws.SNS': {
    publish: { broker: '@aws-sdk/client-sns', carrier: headers(0, 'MessageAttributes', 'the message attributes') },
    publishBatch: { broker: '@aws-sdk/client-sns', carrier: each(0, 'PublishBatchRequestEntries') },
  },
  'pubsub.Topic': {
    publishMessage: { broker: '@google-cloud/pubsub', carrier: headers(0, 'attributes', 'the message attributes') },
    publish: { broker: '@google-cloud/pubsub', carrier: headers(1, '', 'the message attributes') },
    publishJSON: { broker: '@google-cloud/pubsub', carrier: headers(1, '', 'the message attributes') },
  },
  'servicebus.Sender': {
    sendMessages: {
      broker: '@azure/service-bus',
      carrier: headers(0, 'applicationProperties', 'the application properties'),
    },
    scheduleMessages: {
      broker: '@azure/service-bus',
      carrier: headers(0, 'applicationProperties', 'the application properties'),
    },
  },
  'pgboss.Boss': { send: pgBoss, sendAfter: pgBoss, sendThrottled: pgBoss, sendDebounced: pgBoss },
  'graphileworker.Utils': { addJob: { broker: 'graphile-worker', carrier: field(1) } },
  'agenda.Agenda': { now: { broker: 'agenda', carrier: field(1) }, schedule: { broker: 'agenda', carrier: field(2) } },
  'redis.Client': {
    publish: redisPublish,
    spublish: redisPublish,
    sPublish: redisPublish,
    lpush: redisPush,
    rpush: redisPush,
    lPush: redisPush,
    rPush: redisPush,
    xadd: redisStream,
    xAdd: redisStream,
  },
  'workerthreads.Worker': { postMessage: { broker: 'worker_threads', carrier: inMessage(0), optIn: 'workers' } },
  'workerthreads.Port': { postMessage: { broker: 'worker_threads', carrier: inMessage(0), optIn: 'workers' } },
  'childprocess.Child': { send: { broker: 'child_process', carrier: inMessage(0), optIn: 'workers' } },
  'workerpool.Pool': {
    run: { broker: 'worker_threads', carrier: field(0), optIn: 'workers' },
    runTask: { broker: 'worker_threads', carrier: field(0), optIn: 'workers' },
    exec: { broker: 'worker_threads', carrier: field(1), optIn: 'workers' },
  },
  'ws.Socket': { send: { broker: 'ws', carrier: inMessage(0), optIn: 'sockets' } },
  'socketio.Socket': { emit: { broker: 'socket.io', carrier: inMessage(1), optIn: 'sockets' } },
};

/** Constructors that stand for a message that is sent, by the shape they make. */
export const publishConstructors: Readonly<Record<ShapeName, PublishSpec>> = {
  'aws.SendMessageCommand': {
    broker: '@aws-sdk/client-sqs',
    carrier: headers(0, 'MessageAttributes', 'the message attributes'),
  },
  'aws.SendMessageBatchCommand': { broker: '@aws-sdk/client-sqs', carrier: each(0, 'Entries') },
  'aws.PublishCommand': {
    broker: '@aws-sdk/client-sns',
    carrier: headers(0, 'MessageAttributes', 'the message attributes'),
  },
  'aws.PublishBatchCommand': { broker: '@aws-sdk/client-sns', carrier: each(0, 'PublishBatchRequestEntries') },
};

const jobHandler = (broker: string, handler: number): ConsumeSpec => ({
  broker,
  handler,
  message: 0,
  path: 'data.traceContext',
});
const kafkaRun = (broker: string): ConsumeSpec => ({
  broker,
  handler: { arg: 0, properties: ['eachMessage', 'eachBatch'] },
  message: 0,
  path: 'message.headers',
  values: 'buffers',
});

/** Methods that register a handler, by shape and method name. */
export const consumers: Readonly<Record<ShapeName, Readonly<Record<string, ConsumeSpec>>>> = {
  'bull.Queue': { process: jobHandler('bull', -1) },
  'beequeue.Queue': { process: jobHandler('bee-queue', -1) },
  'kafkajs.Consumer': { run: kafkaRun('kafkajs') },
  'confluent.Consumer': { run: kafkaRun('@confluentinc/kafka-javascript') },
  'amqplib.Channel': { consume: { broker: 'amqplib', handler: 1, message: 0, path: 'properties.headers' } },
  'rabbitmqclient.Connection': {
    createConsumer: { broker: 'rabbitmq-client', handler: 1, message: 0, path: 'headers' },
  },
  'nats.Connection': {
    subscribe: {
      broker: 'nats',
      handler: { arg: 1, properties: ['callback'] },
      iterates: true,
      message: 1,
      path: 'headers',
      values: 'accessor',
    },
  },
  'nats.JetStream': {
    subscribe: {
      broker: 'nats',
      handler: { arg: 1, properties: ['callback'] },
      iterates: true,
      message: 1,
      path: 'headers',
      values: 'accessor',
    },
  },
  'mqtt.Client': {
    on: { broker: 'mqtt', handler: 1, event: ['message'], message: 2, path: 'properties.userProperties' },
  },
  'pubsub.Subscription': {
    on: { broker: '@google-cloud/pubsub', handler: 1, event: ['message'], message: 0, path: 'attributes' },
  },
  'servicebus.Receiver': {
    subscribe: {
      broker: '@azure/service-bus',
      handler: { arg: 0, properties: ['processMessage'] },
      message: 0,
      path: 'applicationProperties',
    },
  },
  'sqsconsumer.Class': {
    create: {
      broker: '@aws-sdk/client-sqs',
      handler: { arg: 0, properties: ['handleMessage', 'handleMessageBatch'] },
      message: 0,
      path: 'MessageAttributes',
    },
  },
  'pgboss.Boss': { work: jobHandler('pg-boss', -1) },
  'agenda.Agenda': { define: { broker: 'agenda', handler: -1, message: 0, path: 'attrs.data.traceContext' } },
  'rdkafka.Consumer': {
    on: { broker: 'node-rdkafka', handler: 1, event: ['data'], message: 0, path: 'headers', values: 'buffers' },
  },
  'redis.Client': {
    on: {
      broker: 'redis',
      handler: 1,
      event: ['message', 'pmessage'],
      message: 1,
      path: 'traceContext',
      values: 'redis',
      optIn: 'pubsub',
    },
  },
  'workerthreads.Port': {
    on: {
      broker: 'worker_threads',
      handler: 1,
      event: ['message'],
      message: 0,
      path: 'traceContext',
      optIn: 'workers',
    },
  },
};

/** Constructors that take a handler, by the shape they make. */
export const consumeConstructors: Readonly<Record<ShapeName, ConsumeSpec>> = {
  'bullmq.Worker': { broker: 'bullmq', handler: 1, message: 0, path: 'data.traceContext' },
};

/** Method decorators that make a method the handler of messages: module → decorator → broker. */
export const handlerDecorators: Readonly<
  Record<string, Readonly<Record<string, { readonly broker: string; readonly path: string }>>>
> = {
  '@nestjs/bull': { Process: { broker: 'bull', path: 'data.traceContext' } },
  '@nestjs/microservices': {
    EventPattern: { broker: '@nestjs/microservices', path: 'traceContext' },
    MessagePattern: { broker: '@nestjs/microservices', path: 'traceContext' },
  },
  '@golevelup/nestjs-rabbitmq': {
    RabbitSubscribe: { broker: 'amqplib', path: 'traceContext' },
    RabbitRPC: { broker: 'amqplib', path: 'traceContext' },
  },
  '@ssut/nestjs-sqs': { SqsMessageHandler: { broker: '@aws-sdk/client-sqs', path: 'MessageAttributes' } },
};

/** Base classes whose method is the handler of messages: module → class → method. */
export const handlerClasses: Readonly<
  Record<string, Readonly<Record<string, { readonly broker: string; readonly method: string; readonly path: string }>>>
> = {
  '@nestjs/bullmq': { WorkerHost: { broker: 'bullmq', method: 'process', path: 'data.traceContext' } },
};

/** `Transport` members of @nestjs/microservices → package that carries the messages. */
export const nestTransports: Readonly<Record<string, string>> = {
  NATS: 'nats',
  KAFKA: 'kafkajs',
  RMQ: 'amqplib',
  REDIS: 'redis',
  MQTT: 'mqtt',
  TCP: 'nest-tcp',
  GRPC: '@grpc/grpc-js',
};

/** Property and variable names that hold a propagation carrier; a message with one of them is taken to carry context. */
export const carrierNames: ReadonlySet<string> = new Set([
  'traceparent',
  'tracestate',
  'traceparentheader',
  'tracecontext',
  'tracecarrier',
  'tracingcontext',
  'traceheaders',
  'otelcontext',
  'otelcarrier',
  'otelheaders',
  'oteldata',
  'otel',
  '_otel',
  '__otel',
  '_trace',
  '_tracecontext',
  '_tracecarrier',
  'propagationcontext',
  'propagationheaders',
  'b3',
  'xb3traceid',
  'sentrytrace',
]);
