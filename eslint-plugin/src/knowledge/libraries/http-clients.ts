import type { Library, Member } from '../types.ts';

const gives = (returns: string): Member => ({ call: { returns } });

/** Sockets: connections that outlive a request, over which nothing carries context by itself. HTTP clients are covered by the http and undici instrumentations. */
export const httpClients: readonly Library[] = [
  {
    name: 'ws',
    source: 'ws 8 documentation',
    modules: ['ws'],
    exports: {
      default: { construct: { returns: 'ws.Socket' } },
      WebSocket: { construct: { returns: 'ws.Socket' } },
      WebSocketServer: { construct: { returns: 'ws.Server' } },
    },
    types: { default: 'ws.Socket', WebSocket: 'ws.Socket', WebSocketServer: 'ws.Server' },
    shapes: {
      'ws.Socket': { members: { send: { call: {} }, on: { call: {} } } },
      'ws.Server': { members: { on: { call: { callbacks: { 1: ['ws.Socket', 'web.Request'] } } } } },
    },
  },
  {
    name: 'socket.io',
    source: 'socket.io 4 server API; its instrumentation records spans and does not carry context',
    modules: ['socket.io', 'socket.io-client'],
    exports: { Server: { construct: { returns: 'socketio.Server' } }, io: gives('socketio.Socket') },
    types: { Server: 'socketio.Server', Socket: 'socketio.Socket' },
    shapes: {
      'socketio.Server': {
        members: {
          emit: { call: {} },
          to: gives('socketio.Socket'),
          on: { call: { callbacks: { 1: ['socketio.Socket'] } } },
        },
      },
      'socketio.Socket': { members: { emit: { call: {} }, to: gives('socketio.Socket'), on: { call: {} } } },
    },
  },
];
