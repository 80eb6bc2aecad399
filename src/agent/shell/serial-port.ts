import type { SerialPort } from '../../model/node-config.ts'
import { EBUSY } from '../kernel/errno.ts'
import { EAGAIN } from './errno.ts'
import { readWhole } from './files.ts'
import type { Port } from './path.ts'

/** In the order of host.serialCounters. */
const counts = new Uint32Array(5)

/**
 * The serial line to the peer. A port that the kernel writes its messages to is refused: they
 * would run into the frames, and a line's BREAK would be a command to the kernel.
 */
export const serialPort = ({ port, baud }: SerialPort): Port => ({
  open: () => (isConsole(port) ? -EBUSY : host.serialOpen(`/dev/${port}`, baud)),
  // 0 is the end of a line that was hung up: an adapter that was pulled.
  read: (fd, into) => host.read(fd, into),
  // What the driver has not sent yet is old: the new frame waits for nothing and pushes nothing.
  write: (fd, bytes) => (host.serialQueued(fd) > 0 ? -EAGAIN : host.write(fd, bytes)),
  counters(fd) {
    if (host.serialCounters(fd, counts) < 0) return undefined
    const [overrun = 0, buffer_overrun = 0, framing = 0, parity = 0, breaks = 0] = counts
    return { overrun, buffer_overrun, framing, parity, breaks }
  },
  isLost: errno => errno !== EAGAIN,
})

/** A line of /proc/consoles begins with the name of a device (fs/proc/consoles.c). */
function isConsole(port: string): boolean {
  const consoles = readWhole('/proc/consoles')
  if (typeof consoles === 'number') return false
  const lines = host.decode(consoles).split('\n')
  return lines.some(line => line.split(' ')[0] === port)
}
