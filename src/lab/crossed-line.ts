import type { Server, Socket } from 'node:net'
import { createLineDirection, type LineDirection, type LineFault } from './line.ts'
import { listenOn } from './socket.ts'

/** The serial cable between two heartbeat ports, crossed: what one sends the other receives. */
export interface CrossedLine {
  /** Sets the fault of one direction, or of both if no end is named. */
  setFault(fault: LineFault, from?: LineEnd): void
  /** Bytes that nobody sent arrive at one end, as when a console is plugged into it. */
  put(bytes: Uint8Array, at: LineEnd): void
  /** Bytes that went in at each end since the start. */
  sent(): Readonly<Record<LineEnd, number>>
  close(): Promise<void>
}

/** The ends in the order of the nodes in the cluster file. */
export type LineEnd = 0 | 1

// While so much waits the sender's socket is not read.
const FIFO_BYTES = 256
// Bytes arrive in groups of at least this length of time: a timer has no finer grain.
const TICK_MS = 1

/**
 * Listens at both ends for QEMU's heartbeat ports. A machine may come and go.
 *
 * @param isPlugged bytes that are sent while it says no are lost
 */
export async function openCrossedLine(
  paths: readonly [string, string],
  baud: number,
  isPlugged: () => boolean = () => true,
): Promise<CrossedLine> {
  const directions = [
    createLineDirection(baud, Math.random),
    createLineDirection(baud, Math.random),
  ] as const
  const sockets: [Socket | undefined, Socket | undefined] = [undefined, undefined]
  const sent: [number, number] = [0, 0]
  const timers: [NodeJS.Timeout | undefined, NodeJS.Timeout | undefined] = [undefined, undefined]

  const carry = (from: LineEnd) => {
    timers[from] = undefined
    const direction = directions[from]
    const bytes = direction.deliver(now_us())
    if (bytes.length > 0) sockets[other(from)]?.write(bytes)
    if (direction.waiting() < FIFO_BYTES) sockets[from]?.resume()
    schedule(from, direction)
  }
  const schedule = (from: LineEnd, direction: LineDirection) => {
    const next = direction.nextAt_us()
    if (next === undefined || timers[from] !== undefined) return
    const wait_ms = Math.max(TICK_MS, Math.ceil((next - now_us()) / 1_000))
    timers[from] = setTimeout(carry, wait_ms, from)
  }
  const attach = (end: LineEnd) => (socket: Socket) => {
    sockets[end] = socket
    socket.on('data', (bytes: Buffer) => {
      if (!isPlugged()) return
      sent[end] += bytes.length
      directions[end].accept(bytes, now_us())
      if (directions[end].waiting() >= FIFO_BYTES) socket.pause()
      schedule(end, directions[end])
    })
    socket.on('close', () => {
      if (sockets[end] === socket) sockets[end] = undefined
    })
  }
  const servers = [await listenOn(paths[0], attach(0)), await listenOn(paths[1], attach(1))]

  return {
    setFault(fault, from) {
      for (const end of from === undefined ? ([0, 1] as const) : [from])
        directions[end].setFault(fault)
    },
    put(bytes, at) {
      sockets[at]?.write(bytes)
    },
    sent: () => ({ 0: sent[0], 1: sent[1] }),
    async close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket?.destroy()
      await Promise.all(servers.map(closeServer))
    },
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}

function other(end: LineEnd): LineEnd {
  return end === 0 ? 1 : 0
}

function now_us(): number {
  return performance.now() * 1_000
}
