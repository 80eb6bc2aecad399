import type { ClientId } from '../machine.ts'
import { after, earlier, type Instant, isDue, seconds } from '../units.ts'
import { utf8 } from './bytes.ts'
import { EAGAIN } from './errno.ts'
import { POLL_IN, POLL_OUT, type Watcher } from './poll.ts'

const CLIENTS_MAX = 8
const REQUEST_BYTES_MAX = 4096
const REPLY_BYTES_MAX = 8 * 1024 * 1024
/** A client that neither asks nor takes its answer for so long is cut off. */
const IDLE_MAX = seconds(10)
const NEWLINE = 10

/** The control socket: one JSON value a line, each way. */
export interface Control {
  reply(client: ClientId, answer: unknown): void
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  /** Clients that were turned away because too many were there. */
  refused(): number
}

interface Client {
  readonly fd: number
  readonly request: Uint8Array
  received: number
  /** What of the answer is still to be taken; undefined while the client may ask. */
  rest: Uint8Array | undefined
  isAsking: boolean
  idleAt: Instant
}

/** Serves a listening socket; each whole line becomes one call of `ask`. */
export function openControl(
  listener: number,
  watcher: Watcher,
  ask: (client: ClientId, request: unknown) => void,
): Control {
  const clients = new Map<ClientId, Client>()
  let nextId = 1
  let refused = 0

  const drop = (id: ClientId) => {
    const client = clients.get(id)
    if (client === undefined) return
    clients.delete(id)
    watcher.forget(client.fd)
    host.close(client.fd)
  }
  const touch = (client: Client, at: Instant) => {
    client.idleAt = after(at, IDLE_MAX)
  }

  const flush = (id: ClientId, client: Client) => {
    while (client.rest !== undefined && client.rest.length > 0) {
      const count = host.write(client.fd, client.rest)
      if (count === -EAGAIN) {
        watcher.watch(client.fd, POLL_OUT, () => flush(id, client))
        return
      }
      if (count <= 0) {
        drop(id)
        return
      }
      touch(client, host.now())
      client.rest = client.rest.subarray(count)
    }
    client.rest = undefined
    watcher.watch(client.fd, POLL_IN, () => receive(id, client))
    if (client.received > 0) takeLine(id, client)
  }
  const send = (id: ClientId, client: Client, answer: unknown) => {
    client.isAsking = false
    const bytes = utf8(`${JSON.stringify(answer)}\n`)
    client.rest = bytes.length > REPLY_BYTES_MAX ? utf8('{"error":"too_large"}\n') : bytes
    flush(id, client)
  }

  const takeLine = (id: ClientId, client: Client) => {
    const end = client.request.subarray(0, client.received).indexOf(NEWLINE)
    if (end < 0) {
      if (client.received === client.request.length) drop(id)
      return
    }
    const line = host.decode(client.request.subarray(0, end))
    client.request.copyWithin(0, end + 1, client.received)
    client.received -= end + 1
    client.isAsking = true
    // While an answer is owed nothing more is read.
    watcher.forget(client.fd)
    const request = parsed(line)
    if (request === undefined) send(id, client, { error: 'not_json' })
    else ask(id, request.value)
  }
  const receive = (id: ClientId, client: Client) => {
    const count = host.read(client.fd, client.request.subarray(client.received))
    if (count === -EAGAIN) return
    if (count <= 0) {
      drop(id)
      return
    }
    client.received += count
    touch(client, host.now())
    takeLine(id, client)
  }

  watcher.watch(listener, POLL_IN, () => {
    const fd = host.accept(listener)
    if (fd < 0) return
    if (clients.size >= CLIENTS_MAX) {
      refused += 1
      host.close(fd)
      return
    }
    const client: Client = {
      fd,
      request: new Uint8Array(REQUEST_BYTES_MAX),
      received: 0,
      rest: undefined,
      isAsking: false,
      idleAt: after(host.now(), IDLE_MAX),
    }
    const id = nextId++
    clients.set(id, client)
    watcher.watch(fd, POLL_IN, () => receive(id, client))
  })

  return {
    reply(id, answer) {
      const client = clients.get(id)
      if (client?.isAsking === true) send(id, client, answer)
    },
    expire(at) {
      for (const [id, client] of clients) if (isDue(client.idleAt, at)) drop(id)
    },
    nextDeadline() {
      let next: Instant | undefined
      for (const { idleAt } of clients.values())
        next = next === undefined ? idleAt : earlier(next, idleAt)
      return next
    },
    refused: () => refused,
  }
}

function parsed(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) as unknown }
  } catch {
    return undefined
  }
}
