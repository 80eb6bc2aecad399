import type { ClientId } from '../machine.ts'
import { earlier, type Instant, isDue } from '../units.ts'
import { type Client, openClient } from './control-client.ts'
import type { EventLog } from './events.ts'
import { type Follower, openFollower } from './follower.ts'
import { POLL_IN, type Watcher } from './poll.ts'

const CLIENTS_MAX = 8
/** Followers stay: with them alone there must be room for who asks. */
const FOLLOWERS_MAX = 4

/** The control socket: one JSON value a line, each way. */
export interface Control {
  reply(client: ClientId, answer: unknown): void
  /** Cuts off the clients that are idle for too long. */
  expire(at: Instant): void
  nextDeadline(): Instant | undefined
  /** How many were turned away. */
  readonly refused: () => number
  /** How many events followers were too slow to take. */
  readonly dropped: () => number
}

interface Own {
  readonly watcher: Watcher
  readonly events: EventLog
  readonly ask: (client: ClientId, request: unknown) => void
  readonly clients: Map<ClientId, Client>
  readonly followers: Set<Follower>
  lastId: ClientId
  refused: number
  dropped: number
}

/**
 * Serves a listening socket; each whole line becomes one call of `ask`, but for `events`, which is
 * answered here. One client too many is turned away.
 */
export function openControl(
  listener: number,
  watcher: Watcher,
  events: EventLog,
  ask: (client: ClientId, request: unknown) => void,
): Control {
  const own: Own = {
    ...{ watcher, events, ask, clients: new Map(), followers: new Set() },
    ...{ lastId: 0, refused: 0, dropped: 0 },
  }
  watcher.watch(listener, POLL_IN, () => welcome(own, listener))
  const all = () => [...own.clients.values(), ...own.followers]
  return {
    reply: (id, answer) => own.clients.get(id)?.reply(answer),
    expire(at) {
      for (const each of all()) if (isDue(each.idleAt(), at)) each.close()
    },
    nextDeadline() {
      let next: Instant | undefined
      for (const each of all()) {
        next = next === undefined ? each.idleAt() : earlier(next, each.idleAt())
      }
      return next
    },
    refused: () => own.refused,
    dropped: () => own.dropped,
  }
}

function welcome(own: Own, listener: number): void {
  const fd = host.accept(listener)
  if (fd < 0) return
  if (own.clients.size + own.followers.size >= CLIENTS_MAX) {
    own.refused += 1
    host.close(fd)
    return
  }
  own.lastId += 1
  const id = own.lastId
  const client = openClient(
    fd,
    own.watcher,
    request => take(own, id, client, request),
    () => own.clients.delete(id),
  )
  own.clients.set(id, client)
}

function take(own: Own, id: ClientId, client: Client, request: unknown): void {
  const wanted = eventsWanted(request)
  if (wanted === 'none') own.ask(id, request)
  else if (wanted === 'page') client.reply(own.events.page())
  else if (own.followers.size >= FOLLOWERS_MAX) client.reply(FULL)
  else follow(own, client)
}

const FULL = {
  error: {
    code: 'too_many_followers',
    message: 'others follow the events already',
    expected: `at most ${FOLLOWERS_MAX}`,
    found: `${FOLLOWERS_MAX + 1}`,
  },
} as const

// What else is in the request is for the core to judge.
function eventsWanted(request: unknown): 'none' | 'page' | 'stream' {
  if (typeof request !== 'object' || request === null) return 'none'
  const { command, follow, ...rest } = request as { command?: unknown; follow?: unknown }
  if (command !== 'events' || Object.keys(rest).length > 0) return 'none'
  if (follow === undefined || follow === false) return 'page'
  return follow === true ? 'stream' : 'none'
}

function follow(own: Own, client: Client): void {
  const fd = client.release()
  const follower = openFollower(fd, own.watcher, () => {
    own.followers.delete(follower)
    unfollow()
  })
  own.followers.add(follower)
  const unfollow = own.events.follow(entry => {
    if (!follower.tell(entry)) own.dropped += 1
  })
  follower.tell(own.events.page())
}
