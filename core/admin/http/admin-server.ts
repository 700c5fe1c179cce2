/**
 * The admin API on its ports: a unix socket, whose file's owner may do everything, and HTTP or
 * HTTPS for admins with a token. Every route is made from the table of verbs.
 */
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ImError, type Clock, type Log } from '../../contract/index.ts';
import type { Admin, Desk } from '../desk/desk.ts';
import { streamInput } from '../protocol/stream.ts';
import { VERBS, type Verb, type VerbName } from '../verbs.ts';
import type { AdminCounters } from './admin-counters.ts';
import { Callers } from './callers.ts';
import { asOurs, refuseUnread, told } from './refusals.ts';
import { Stream } from './stream.ts';
import type { TlsFiles } from './tls-files.ts';

export interface AdminServerOptions {
  readonly desk: Desk;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
  readonly counters: AdminCounters;
  readonly version: string;
  /** Who asks, by the header `authorization`; undefined: nobody that is known. */
  readonly adminOf: (authorization: string | undefined) => Admin | undefined;
  readonly tls?: TlsFiles;
  readonly loopDelayMs: () => number;
  /** Pages that are no verbs, by their paths: plain text, or with a status of their own. */
  readonly pages: Readonly<Record<string, () => Page>>;
}

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const STREAMS_MAX = 16;
const BODY_MAX_BYTES = 64 * 1_024;
/** Of what stands in a path, such as the name of a plugin. */
const PARAM_MAX_CHARS = 300;
/** Until the last header is there, from the first moment of a connection on. */
const HEADERS_MAX_MS = 5_000;
const REQUEST_MAX_MS = 10_000;
const IDLE_MAX_MS = 30_000;
/** How often those that are late are looked for. */
const LATE_EVERY_MS = 1_000;

export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #streams = new Set<Stream>();
  readonly #callers: Callers;
  readonly #app: FastifyInstance;

  constructor(options: AdminServerOptions) {
    this.#options = options;
    this.#callers = new Callers(options);
    const { tls } = options;
    const late = { headersTimeout: HEADERS_MAX_MS, connectionsCheckingInterval: LATE_EVERY_MS };
    const bounds = {
      bodyLimit: BODY_MAX_BYTES,
      routerOptions: { maxParamLength: PARAM_MAX_CHARS },
      requestTimeout: REQUEST_MAX_MS,
      keepAliveTimeout: IDLE_MAX_MS,
      forceCloseConnections: true,
      clientErrorHandler: (error: Error, socket: Socket) => {
        refuseUnread(error, socket, options.counters.refused);
      },
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
        this.#refuse(reply, this.#who(request) ? asOurs(error) : new ImError('IM_ADMIN_TOKEN', {}));
      },
    };
    const secured = { ...late, ...tls, handshakeTimeout: HEADERS_MAX_MS };
    const app = tls ? fastify({ ...bounds, https: secured }) : fastify({ ...bounds, http: late });
    this.#app = app as FastifyInstance;
    this.#app.server.on('connection', (socket) => this.#callers.came(socket));
    // What somebody expects of us that we do not know, is passed over (RFC 9110, 10.1.1).
    this.#app.server.on('checkExpectation', (request, response) => {
      this.#app.server.emit('request', request, response);
    });
  }

  /** Resolves when it listens. Rejects with what the system says. */
  async listen(where: { path: string } | { host: string; port: number }): Promise<string> {
    const app = this.#app;
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    app.setErrorHandler((error, _request, reply) => this.#refuse(reply, asOurs(error)));
    app.setNotFoundHandler((request, reply) => {
      const { method, url: path } = request;
      const unknown = new ImError('IM_ADMIN_ROUTE', { method, path });
      this.#refuse(reply, this.#who(request) ? unknown : new ImError('IM_ADMIN_TOKEN', {}));
    });
    await app.register(swagger, {
      openapi: { info: { title: 'im-kernel admin API', version: this.#options.version } },
      transform: jsonSchemaTransform,
    });
    await app.register((routes, _options, done) => {
      this.#routes(routes);
      done();
    });
    return app.listen(where);
  }

  /** To who comes from now on, where it speaks HTTPS. */
  show(files: TlsFiles): void {
    const { server } = this.#app;
    if (server instanceof TlsServer) server.setSecureContext(files);
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.end();
    const closed = this.#app.close();
    this.#callers.end();
    await closed;
  }

  #routes(app: FastifyInstance): void {
    // Who is nobody learns nothing, not even which routes there are.
    app.addHook('onRequest', (request, _reply, done) => {
      const isKnown = this.#who(request) !== undefined;
      this.#callers.showed(request.raw.socket, isKnown);
      done(isKnown ? undefined : new ImError('IM_ADMIN_TOKEN', {}));
    });
    for (const name of Object.keys(VERBS) as VerbName[]) this.#verb(app, name);
    app.get('/v1/stream', { schema: { querystring: streamInput } }, (request, reply) => {
      this.#stream(request, reply);
    });
    app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
    for (const [path, page] of Object.entries(this.#options.pages)) {
      app.get(path, { schema: { hide: true } }, async (_request, reply) => {
        const { status, type, body } = page();
        return reply.code(status).type(type).send(body);
      });
    }
  }

  #verb(app: FastifyInstance, name: VerbName): void {
    const verb: Verb = VERBS[name];
    const { method, path, input, output, summary } = verb;
    const inPath = new Set([...path.matchAll(/:(\w+)/g)].map(([, key]) => key ?? ''));
    const those = (isInPath: boolean): z.ZodObject => {
      const shape = Object.entries(input.shape);
      return z.object(Object.fromEntries(shape.filter(([key]) => inPath.has(key) === isInPath)));
    };
    const where = method === 'GET' ? { querystring: those(false) } : { body: those(false) };
    app.route({
      method,
      url: path,
      schema: {
        summary,
        operationId: name.replaceAll(' ', '-'),
        ...(inPath.size > 0 && { params: those(true) }),
        ...where,
        response: { 200: output },
      },
      handler: async (request) => {
        const given = method === 'GET' ? request.query : request.body;
        const all = { ...(given as object), ...(request.params as object) };
        const who = this.#who(request) as Admin;
        return this.#options.desk.perform(name, all, who);
      },
    });
  }

  #stream(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#streams.size >= STREAMS_MAX) {
      throw new ImError('IM_ADMIN_BUSY', { count: STREAMS_MAX });
    }
    const { topic, intervalMs, events, after, level } = streamInput.parse(request.query);
    const last = request.headers['last-event-id'];
    const from = after ?? (typeof last === 'string' ? last : undefined);
    const watching = { topics: topic, intervalMs, events: events === 'yes', after: from, level };
    const { desk, clock, loopDelayMs } = this.#options;
    const who = this.#who(request) as Admin;
    const isKnown = (): boolean => {
      const now = this.#who(request);
      return now?.name === who.name && now.may === who.may;
    };
    const stream = new Stream(reply.raw, watching, { desk, clock, who, isKnown, loopDelayMs });
    reply.hijack();
    this.#streams.add(stream);
    reply.raw.once('close', () => this.#streams.delete(stream));
    stream.begin(watching);
  }

  #who(request: FastifyRequest): Admin | undefined {
    return this.#options.adminOf(request.headers.authorization);
  }

  #refuse(reply: FastifyReply, error: unknown): void {
    const { status, body } = told(error);
    const { counters, log } = this.#options;
    counters.refused.add(1, body.code);
    // Whoever asked is told the reason alone: where a bug is stands here, or nowhere.
    if (!(error instanceof ImError)) log.error('an admin could not be answered', { error });
    // Who has shown no token keeps no connection.
    if (status === 401) void reply.header('connection', 'close');
    void reply.code(status).send(body);
  }
}
