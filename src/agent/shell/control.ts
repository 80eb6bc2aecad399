import type { ClientId } from '../machine.ts'
import { earlier, type Instant, isDue } from '../units.ts'
import { type Client, openClient } from './control-client.ts'
import { POLL_IN, type Watcher } from './poll.ts'

const CLIENTS_MAX = 8

/** The control socket: one JSON value a line, each way. */
export interface Control {
  reply(client: ClientId, answer: unknown): void
  /** Cuts off the clients that are idle for too long. */
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  /** How many were turned away. */
  readonly refused: () => number
}

/**
 * Serves a listening socket; each whole line becomes one call of `ask`. One client too many is
 * turned away.
 */
export function openControl(
  listener: number,
  watcher: Watcher,
  ask: (client: ClientId, request: unknown) => void,
): Control {
  const clients = new Map<ClientId, Client>()
  let lastId = 0
  let refused = 0

  watcher.watch(listener, POLL_IN, () => {
    const fd = host.accept(listener)
    if (fd < 0) return
    if (clients.size >= CLIENTS_MAX) {
      refused += 1
      host.close(fd)
      return
    }
    lastId += 1
    const id = lastId
    const client = openClient(
      fd,
      watcher,
      request => ask(id, request),
      () => clients.delete(id),
    )
    clients.set(id, client)
  })

  return {
    reply: (id, answer) => clients.get(id)?.reply(answer),
    expire(at) {
      for (const client of clients.values()) if (isDue(client.idleAt(), at)) client.close()
    },
    nextDeadline() {
      let next: Instant | undefined
      for (const client of clients.values()) {
        next = next === undefined ? client.idleAt() : earlier(next, client.idleAt())
      }
      return next
    },
    refused: () => refused,
  }
}
