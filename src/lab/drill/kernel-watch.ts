import type { Duplex } from 'node:stream'
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
/** So many questions are open at once. */
const QUESTIONS_MAX = 8
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

/**
 * Asks a reader a hundred times a second, from when it is connected to until it is gone. The next
 * question does not wait for an answer, which takes longer by emulation than the time between two.
 */
export function askReader(socket: Duplex, onLook: (look: KernelLook) => void): void {
  const asked = new Map<number, number>()
  let last = 0
  let lastAt_ms = 0
  let rest = ''
  const ask = () => {
    const now_ms = Date.now()
    if (asked.size >= QUESTIONS_MAX) {
      if (now_ms - lastAt_ms < PATIENCE_MS) return
      // Whatever was not answered by now has nothing to say about now.
      asked.clear()
    }
    last += 1
    lastAt_ms = now_ms
    asked.set(last, now_ms)
    socket.write(`${last}\n`)
  }
  // A timer that comes late is followed by an earlier one: a hundred a second in the mean.
  let nextAt_ms = Date.now()
  const tick = () => {
    ask()
    nextAt_ms = Math.max(nextAt_ms, Date.now() - LOOK_MS) + LOOK_MS
    timer = setTimeout(tick, nextAt_ms - Date.now())
  }
  let timer = setTimeout(tick, LOOK_MS)
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const look = lookIn(line, asked)
      if (look !== undefined) onLook(look)
    }
  })
  socket.on('close', () => clearTimeout(timer))
}

/** What a line says, if it answers an open question; those before it are answered no more. */
function lookIn(line: string, asked: Map<number, number>): KernelLook | undefined {
  const found = /^(\d+) ([01]+)\r?$/.exec(line)
  const number = Number(found?.[1])
  const asked_ms = asked.get(number)
  if (found === null || asked_ms === undefined) return undefined
  for (const each of asked.keys()) if (each <= number) asked.delete(each)
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
