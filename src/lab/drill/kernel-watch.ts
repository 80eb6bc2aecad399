import type { Socket } from 'node:net'
import { longestOf, overlapsOf, type Span } from './spans.ts'

/** One look at the VIP devices of a director: it lay between the question and the answer. */
export interface KernelLook {
  readonly asked_ms: number
  readonly answered_ms: number
  /** A digit a VIP device, in the order of the instances: 1 is open, with a carrier. */
  readonly open: string
}

/** A VIP device of a director: its instance's VRID, interface and VIPs. */
export interface WatchedDevice {
  readonly vrid: number
  readonly interface: string
  readonly addresses: readonly string[]
}

const LOOK_MS = 10
// A machine that is off, hung or starting does not answer.
const PATIENCE_MS = 1_000

/**
 * The shell commands that look at the VIP devices whenever a number comes in at a serial port, and
 * say that number and what they saw. An open device is not held down, and has the carrier of the
 * interface below.
 */
export function readerScript(devices: readonly WatchedDevice[], port: string): string {
  const files = devices.map(
    ({ vrid, interface: parent, addresses: [vip = ''] }) =>
      `vr${vip.includes(':') ? 6 : 4}.${vrid}.$(cat ${parent}/ifindex)`,
  )
  const look =
    'for i in $d; do p=1; c=0; read p <$i/proto_down; [ $p = 1 ] || read c <$i/carrier; s=$s$c; done'
  return [
    `cd /sys/class/net; d="${files.join(' ')}"; stty -F /dev/${port} raw -echo; exec 3<>/dev/${port}`,
    `while read n <&3; do s=; ${look}; echo $n $s >&3; done`,
  ].join('; ')
}

/** Asks a reader about a hundred times a second, from when it is connected to until it is gone. */
export function askReader(socket: Socket, onLook: (look: KernelLook) => void): void {
  const asked = new Map<number, number>()
  let last = 0
  let rest = ''
  let timer: NodeJS.Timeout | undefined
  const ask = () => {
    last += 1
    // Whatever was not answered by now has nothing to say about now.
    asked.clear()
    asked.set(last, Date.now())
    socket.write(`${last}\n`)
    timer = setTimeout(ask, PATIENCE_MS)
  }
  const take = (line: string) => {
    const look = lookIn(line, asked)
    if (look === undefined) return
    onLook(look)
    clearTimeout(timer)
    timer = setTimeout(ask, Math.max(1, look.asked_ms + LOOK_MS - Date.now()))
  }
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) take(line)
  })
  socket.on('close', () => clearTimeout(timer))
  ask()
}

function lookIn(line: string, asked: ReadonlyMap<number, number>): KernelLook | undefined {
  const found = /^(\d+) ([01]+)\r?$/.exec(line)
  const asked_ms = asked.get(Number(found?.[1]))
  if (found === null || asked_ms === undefined) return undefined
  return { asked_ms, answered_ms: Date.now(), open: found[2] ?? '' }
}

/**
 * The spans in which a director surely had the VIP of an instance open: from an answer that says so
 * to the last question after it whose answer still does.
 */
export function openSpans(looks: readonly KernelLook[], place: number): readonly Span[] {
  const spans: { from_ms: number; to_ms: number }[] = []
  let isOpen = false
  for (const { asked_ms, answered_ms, open } of looks) {
    const is = open[place] === '1'
    const last = spans.at(-1)
    if (is && isOpen && last !== undefined) last.to_ms = Math.max(last.from_ms, asked_ms)
    else if (is) spans.push({ from_ms: answered_ms, to_ms: answered_ms })
    isOpen = is
  }
  return spans
}

/** The longest time for which two directors held a VIP at once, in milliseconds. */
export function kernelOverlap(
  looks: readonly (readonly KernelLook[])[],
  instances: number,
): number {
  const [left = [], right = []] = looks
  const places = Array.from({ length: instances }, (_, place) => place)
  return Math.max(
    0,
    ...places.map(place => longestOf(overlapsOf(openSpans(left, place), openSpans(right, place)))),
  )
}
