import { longestOf, overlapsOf, type Span } from './spans.ts'

/** What a line of the reader in a director says, and when it came. */
export interface KernelLine {
  readonly arrived_ms: number
  /** The look before this one and this one, by the director's clock, in milliseconds. */
  readonly before_ms: number
  readonly at_ms: number
  /** A digit a VIP device, in the order of the instances: 1 is open, with a carrier. */
  readonly open: string
  /** Looks since the last line. */
  readonly looks: number
}

/** A VIP device of a director: its instance's VRID and interface. */
export interface WatchedDevice {
  readonly vrid: number
  readonly interface: string
}

// The shell's own `read -t` on a pipe that stays empty: `sleep` would be a process each time.
const PAUSE_S = 0.007
// So many looks without a change are said in one line.
const LOOKS_A_LINE = 50

/**
 * The shell commands that look at the VIP devices about a hundred times a second and say on a
 * serial port what they see. Of such a device the kernel shows a carrier where it is open and the
 * interface below has one.
 */
export function readerScript(devices: readonly WatchedDevice[], port: string): string {
  const files = devices.map(
    ({ vrid, interface: parent }) => `vr4.${vrid}.$(cat ${parent}/ifindex)/carrier`,
  )
  const look = 'for i in $d; do p=0; read p <$i; s=$s$p; done'
  const say = `[ $s$((n/${LOOKS_A_LINE})) = \${w}0 ] || { echo $b $t $s $n >&4; n=0; }`
  return [
    `cd /sys/class/net; d="${files.join(' ')}"`,
    `stty -F /dev/${port} raw -echo; mkfifo /tmp/w$$; exec 3<>/tmp/w$$ 4>/dev/${port}; rm /tmp/w$$`,
    'n=0; w=-; b=0',
    `while :; do s=; ${look}; t=$EPOCHREALTIME; n=$((n+1)); ${say}; w=$s; b=$t; read -t ${PAUSE_S} x <&3; done`,
  ].join('; ')
}

/** A line of the reader; undefined for anything else, such as half a line. */
export function parseLine(text: string, arrived_ms: number): KernelLine | undefined {
  const found = /^(\d+(?:\.\d+)?) (\d+\.\d+) ([01]+) (\d+)$/.exec(text.trim())
  if (found === null) return undefined
  const [, before, at, open = '', looks] = found
  return {
    arrived_ms,
    before_ms: Number(before) * 1_000,
    at_ms: Number(at) * 1_000,
    open,
    looks: Number(looks),
  }
}

// The least time that a line takes is about the same within so long.
const NEAR_MS = 4_000
// A clock that was set, or a machine that was put back into an older state.
const JUMP_MS = 400

/**
 * The spans in which a director held the VIP of the instance at a place, by the lab's clock.
 *
 * What lies between the clocks is the least that lay between a look and its line's arrival nearby.
 */
export function openSpans(lines: readonly KernelLine[], place: number): readonly Span[] {
  const spans: { from_ms: number; to_ms: number }[] = []
  let isOpen = false
  for (const [index, line] of lines.entries()) {
    const offset = offsetAt(lines, index)
    const last = spans.at(-1)
    const before_ms = line.before_ms + offset
    if (isOpen && last !== undefined && before_ms - last.to_ms < NEAR_MS) {
      last.to_ms = Math.max(last.to_ms, before_ms)
    } else isOpen = false
    const is = line.open[place] === '1'
    const at_ms = line.at_ms + offset
    if (is && isOpen && last !== undefined) last.to_ms = Math.max(last.to_ms, at_ms)
    else if (is) spans.push({ from_ms: at_ms, to_ms: at_ms })
    isOpen = is
  }
  return spans
}

function offsetAt(lines: readonly KernelLine[], index: number): number {
  const own = delayOf(lines[index])
  let least = own
  for (const step of [-1, 1]) {
    for (let at = index + step; ; at += step) {
      const [line, next] = [lines[at], lines[at - step]]
      if (line === undefined || next === undefined) break
      if (Math.abs(line.arrived_ms - (lines[index]?.arrived_ms ?? 0)) > NEAR_MS) break
      if (Math.abs(delayOf(line) - delayOf(next)) > JUMP_MS) break
      least = Math.min(least, delayOf(line))
    }
  }
  return least
}

const delayOf = (line: KernelLine | undefined) => (line?.arrived_ms ?? 0) - (line?.at_ms ?? 0)

/** The longest time for which two directors held a VIP at once, in milliseconds. */
export function kernelOverlap(
  lines: readonly (readonly KernelLine[])[],
  instances: number,
): number {
  const [left = [], right = []] = lines
  const places = Array.from({ length: instances }, (_, place) => place)
  return Math.max(
    0,
    ...places.map(place => longestOf(overlapsOf(openSpans(left, place), openSpans(right, place)))),
  )
}
