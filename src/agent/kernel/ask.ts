import {
  concat,
  decodeErrno,
  decodeMessages,
  encodeMessage,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
} from '../wire/netlink.ts'
import { batch } from '../wire/netlink-nftables.ts'
import { EBUSY, EINTR, EIO, ENOBUFS } from './errno.ts'
import type { Answer, Ask, EncodedRequests, NetlinkSocket, Talk } from './talk.ts'

/**
 * The most requests in one datagram. Each that fails is answered by a message of its own, and the
 * socket must have room for all of them (the default receive buffer holds about 270).
 */
export const REQUESTS_MAX = 128
/** A dump that changed while it was read is read again, so many times in all. */
const DUMP_TRIES_MAX = 5

/**
 * Requests that the kernel carries out in order, each for itself: one that fails does not keep
 * the next from being tried. Only the last asks for an acknowledgement; failures always answer.
 */
export function ask(socket: NetlinkSocket, requests: readonly NetlinkRequest[]): Talk<Answer> {
  return plain({ socket, requests, last: requests.length - 1 })
}

/** The same with requests that were encoded before. */
export const askAgain = (asked: Ask): Talk<Answer> => plain(asked)

/** Changes of nf_tables, which take effect together or not at all. */
export function askBatch(requests: readonly NetlinkRequest[]): Talk<Answer> {
  return plain({ socket: 'netfilter', requests: batch(requests), last: requests.length })
}

/** A dump, read again where it was interrupted. Its errno is the last try's. */
export function askDump(
  socket: NetlinkSocket,
  request: NetlinkRequest,
  triesLeft = DUMP_TRIES_MAX,
): Talk<Answer> {
  return {
    kind: 'ask',
    ask: { socket, requests: [request], last: 0 },
    next: answer =>
      isWorthRetrying(answer.errno) && triesLeft > 1
        ? askDump(socket, request, triesLeft - 1)
        : { kind: 'done', value: answer },
  }
}

/** An ask that is under way: what was sent, and what has come back so far. */
export interface Exchange {
  readonly ask: Ask
  readonly firstSequence: number
  readonly messages: NetlinkMessage[]
  readonly errors: { request: number; errno: number }[]
  /** EINTR: a dump changed while it was read. ENOBUFS: the socket had no room for an answer. */
  trouble: number
}

/** The sequence numbers start at `firstSequence` and take one for each request. */
export function startExchange(
  asked: Ask,
  firstSequence: number,
): { readonly exchange: Exchange; readonly datagram: Uint8Array } {
  return {
    exchange: { ask: asked, firstSequence, messages: [], errors: [], trouble: 0 },
    datagram:
      asked.encoded === undefined
        ? concat(...encodeAll(asked, firstSequence))
        : renumbered(asked.encoded, firstSequence),
  }
}

/** An ask that is held again and again, encoded once: thousands of requests take their time. */
export function encodedAsk(socket: NetlinkSocket, requests: readonly NetlinkRequest[]): Ask {
  const asked = { socket, requests, last: requests.length - 1 }
  const pieces = encodeAll(asked, 0)
  let end = 0
  const offsets = pieces.map(({ length }) => {
    end += length
    return end - length
  })
  return { ...asked, encoded: { datagram: concat(...pieces), offsets } }
}

function encodeAll(asked: Ask, firstSequence: number): readonly Uint8Array[] {
  return asked.requests.map((request, at) => {
    const isLast = at === asked.last
    const ack = isLast && (request.flags & NLM_F_DUMP) !== NLM_F_DUMP ? NLM_F_ACK : 0
    const flags = request.flags | NLM_F_REQUEST | ack
    return encodeMessage({ ...request, flags }, (firstSequence + at) >>> 0)
  })
}

// The sequence number of struct nlmsghdr.
const SEQUENCE_OFFSET = 8

/** In place: it is sent before it is numbered again. */
function renumbered({ datagram, offsets }: EncodedRequests, firstSequence: number): Uint8Array {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength)
  offsets.forEach((offset, at) => {
    view.setUint32(offset + SEQUENCE_OFFSET, (firstSequence + at) >>> 0, true)
  })
  return datagram
}

/**
 * Takes one datagram of the answer. Gives the answer once it is complete. The bytes may be reused
 * afterwards. Messages that answer something older are ignored.
 */
export function takeDatagram(exchange: Exchange, datagram: Uint8Array): Answer | undefined {
  const { ask: asked, firstSequence } = exchange
  for (const message of decodeMessages(datagram.slice())) {
    const request = (message.sequence - firstSequence) >>> 0
    if (request >= asked.requests.length || message.type === NLMSG_NOOP) continue
    if ((message.flags & NLM_F_DUMP_INTR) !== 0) exchange.trouble = EINTR
    if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
      exchange.messages.push(message)
      continue
    }
    const errno = decodeErrno(message) ?? EIO
    if (errno !== 0) exchange.errors.push({ request, errno })
    if (request === asked.last) return endExchange(exchange, 0)
  }
  return undefined
}

/** The answer when no more will come: with `errno` unless the kernel has named a reason itself. */
export function endExchange(exchange: Exchange, errno: number): Answer {
  const own = exchange.errors[0]?.errno ?? errno
  return {
    errno: own === 0 ? exchange.trouble : own,
    errors: exchange.errors,
    messages: exchange.messages,
  }
}

const plain = (asked: Ask): Talk<Answer> => ({
  kind: 'ask',
  ask: asked,
  next: value => ({ kind: 'done', value }),
})

// EIO: the socket was empty before the end had come.
const isWorthRetrying = (errno: number): boolean =>
  errno === EINTR || errno === ENOBUFS || errno === EBUSY || errno === EIO
