import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { fail } from '../kit/problem.ts'
import { type Answer, answer, type Body, type Manners, plain, type Question } from './answer.ts'
import { plainAddress } from './clients.ts'
import type { Library } from './library.ts'

/** One request, when it is over. */
export interface RequestRecord {
  readonly at: Date
  readonly client: string
  /** Which node the client was taken for. */
  readonly node?: string
  readonly method: string
  readonly target: string
  readonly status: number
  /** Of the body, as many as were taken. */
  readonly bytes: number
  readonly seconds: number
  readonly note?: string
}

export interface ServeOptions {
  readonly library: Library
  readonly manners: Manners
  readonly address: string
  /** 0: any that is free. */
  readonly port: number
  readonly onRequest: (record: RequestRecord) => void
  readonly limits?: Partial<Limits>
}

/** What no client may go beyond. */
export interface Limits {
  readonly connections: number
  readonly connectionsOfOne: number
  /** Without a byte in either direction. */
  readonly stall_ms: number
  /** From the first byte of a request to the last of its head. */
  readonly request_ms: number
}

export interface RunningServer {
  readonly address: string
  readonly port: number
  /** Ends every connection. */
  close(): Promise<void>
}

const LIMITS: Limits = {
  connections: 256,
  connectionsOfOne: 32,
  stall_ms: 30_000,
  request_ms: 10_000,
}
const KEPT_ALIVE_MS = 5_000
const HEAD_BYTES_MAX = 16 << 10
// What is read for one client at a time; of what is in memory more costs nothing.
const PIECE_BYTES = 1 << 20
const HELD_PIECE_BYTES = 8 << 20

/**
 * Serves a build by HTTP until it is closed.
 *
 * @throws ProblemError `cannot_listen`
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const limits = { ...LIMITS, ...options.limits }
  const server = createServer(
    {
      headersTimeout: limits.request_ms,
      requestTimeout: limits.request_ms,
      connectionsCheckingInterval: Math.min(1_000, limits.request_ms),
      keepAliveTimeout: KEPT_ALIVE_MS,
      maxHeaderSize: HEAD_BYTES_MAX,
    },
    (request, response) => void handle(request, response, options),
  )
  server.maxConnections = limits.connections
  server.setTimeout(limits.stall_ms)
  limitEach(server, limits.connectionsOfOne)
  server.listen(options.port, options.address)
  await once(server, 'listening').catch(error => cannotListen(options, error))
  const { address, port } = server.address() as AddressInfo
  return {
    address,
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function limitEach(server: Server, connections_max: number): void {
  const open = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const client = plainAddress(socket.remoteAddress)
    const count = (open.get(client) ?? 0) + 1
    open.set(client, count)
    socket.once('close', () => {
      const rest = (open.get(client) ?? 1) - 1
      if (rest === 0) open.delete(client)
      else open.set(client, rest)
    })
    if (count > connections_max) socket.destroy()
  })
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { library, manners, onRequest }: ServeOptions,
): Promise<void> {
  const at = new Date()
  const startedAt = performance.now()
  const question = readQuestion(request)
  let failure: string | undefined
  const result = await answer(question, library, manners).catch((error: unknown) => {
    failure = error instanceof Error ? error.message : String(error)
    return plain(question, 503, 'it cannot be read now; it may be being built')
  })
  response.writeHead(result.status, result.headers)
  const sent = await sendBody(response, result.body).catch((error: Error) => {
    // The client must see that the rest is missing.
    response.destroy()
    failure = error.message
    return 0
  })
  if (sent < length(result)) failure ??= 'the client went away or stalled'
  const note = failure ?? result.note
  onRequest({
    ...{ at, client: question.client, method: question.method, target: question.target },
    ...{ status: result.status, bytes: sent },
    seconds: (performance.now() - startedAt) / 1000,
    ...(result.node === undefined ? {} : { node: result.node }),
    ...(note === undefined ? {} : { note }),
  })
}

function readQuestion({ method = '', url = '', headers, socket }: IncomingMessage): Question {
  const { range, 'if-none-match': ifNoneMatch, 'if-range': several } = headers
  const ifRange = typeof several === 'string' ? several : undefined
  const client = plainAddress(socket.remoteAddress)
  return { method, target: url, client, headers: { range, ifNoneMatch, ifRange } }
}

const length = ({ body }: Answer) => (body === undefined ? 0 : body.end - body.start)

/** Sends a body at the pace of its reader; gives how many bytes went out. */
async function sendBody(response: ServerResponse, body: Body | undefined): Promise<number> {
  if (body === undefined) {
    response.end()
    return 0
  }
  try {
    let at = body.start
    while (at < body.end) {
      const parts = await nextParts(body, at)
      if (response.destroyed) return at - body.start
      if (!writeTogether(response, parts)) await roomIn(response)
      if (response.destroyed) return at - body.start
      at += parts.reduce((sum, part) => sum + part.length, 0)
    }
    response.end()
    return at - body.start
  } finally {
    await body.close()
  }
}

/** The next piece of a body; what is in memory comes as it lies there. */
async function nextParts({ reader, end }: Body, at: number): Promise<readonly Uint8Array[]> {
  if (reader.held === undefined) return [await reader.read(at, Math.min(PIECE_BYTES, end - at))]
  return reader.held(at, Math.min(HELD_PIECE_BYTES, end - at))
}

/** Writes parts by one call to the kernel; false: wait for room. */
function writeTogether(response: ServerResponse, parts: readonly Uint8Array[]): boolean {
  response.cork()
  const hasRoom = parts.map(part => response.write(part)).every(each => each)
  response.uncork()
  return hasRoom
}

function roomIn(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}

function cannotListen({ address, port }: ServeOptions, error: NodeJS.ErrnoException): never {
  fail(
    {
      code: 'cannot_listen',
      message: `the server cannot listen on ${address}, port ${port}`,
      expected: 'an address of this machine and a port that is free',
      found: error.code ?? error.message,
      remedy: 'name another one with --listen ADDRESS:PORT',
    },
    error,
  )
}
