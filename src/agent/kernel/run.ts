import { type Exchange, endExchange, startExchange, takeDatagram } from './ask.ts'
import { EAGAIN, EIO, ENOBUFS } from './errno.ts'
import type { Answer, Ask, Failure, FileAnswer, FileStep, NetlinkSocket, Talk } from './talk.ts'

/** Sockets and files, as the shell has them. A negative number is -errno. Nothing here waits. */
export interface KernelPort {
  /** The next free sequence number; `count` numbers are taken. Any start but 0, wrapping. */
  takeSequences(count: number): number
  /** Sends one datagram to the kernel. */
  send(socket: NetlinkSocket, datagram: Uint8Array): number
  /** One datagram, whole: the buffer behind it needs 32 KiB. -EAGAIN: none is there. */
  receive(socket: NetlinkSocket): Uint8Array | number
  file(step: FileStep): FileAnswer
}

/**
 * Does at most `stepsMax` steps of a talk and gives what is left of it, `done` and `failed` among
 * them. So a long talk can be cut over several turns of the loop.
 *
 * The kernel answers a netlink request while it is being sent, and the rest of a dump while its
 * first part is being read: nothing here has to wait, and an empty socket means that answers
 * were lost.
 */
export function advance<T>(talk: Talk<T>, port: KernelPort, stepsMax: number): Talk<T> {
  let rest = talk
  for (let step = 0; step < stepsMax; step++) {
    if (rest.kind === 'ask') rest = rest.next(exchangeOver(port, rest.ask))
    else if (rest.kind === 'file') rest = rest.next(port.file(rest.file))
    else break
  }
  return rest
}

/** Does the whole talk. `onFailure` gives the value where it fails. */
export function converse<T>(
  talk: Talk<T>,
  port: KernelPort,
  onFailure: (failure: Failure) => T,
): T {
  const end = advance(talk, port, Number.POSITIVE_INFINITY)
  if (end.kind === 'done') return end.value
  return onFailure(end.kind === 'failed' ? end.failure : { errno: EIO, step: 'talk to the kernel' })
}

function exchangeOver(port: KernelPort, asked: Ask): Answer {
  const first = port.takeSequences(asked.requests.length)
  const { exchange, datagram } = startExchange(asked, first)
  const sent = port.send(asked.socket, datagram)
  if (sent < 0) return endExchange(exchange, -sent)
  return receiveAll(port, exchange)
}

function receiveAll(port: KernelPort, exchange: Exchange): Answer {
  for (;;) {
    const got = port.receive(exchange.ask.socket)
    if (got === -ENOBUFS) {
      // The rest still comes, and must be read before the socket can be asked anything else.
      exchange.trouble = ENOBUFS
      continue
    }
    if (typeof got === 'number') return endExchange(exchange, got === -EAGAIN ? EIO : -got)
    const answer = takeDatagram(exchange, got)
    if (answer !== undefined) return answer
  }
}
