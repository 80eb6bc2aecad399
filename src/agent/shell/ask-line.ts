import { after, type Instant, seconds } from '../units.ts'
import { writeAll } from './bytes.ts'

const LINE_BYTES_MAX = 256
const NEWLINE = 10

/**
 * Asks on standard output and takes a line from standard input.
 *
 * @returns undefined where nobody is there to answer
 */
export function askLine(question: string): string | undefined {
  writeAll(1, question)
  const into = new Uint8Array(LINE_BYTES_MAX)
  const ready = new Int32Array(2)
  let length = 0
  while (length < into.length) {
    // A terminal or a pipe can be waited for; a file cannot, and never blocks.
    if (host.watch(0, 1) >= 0) waitForever(ready)
    const count = host.read(0, into.subarray(length))
    if (count <= 0) break
    length += count
    const end = into.subarray(0, length).indexOf(NEWLINE)
    if (end >= 0) return host.decode(into.subarray(0, end)).trim()
  }
  return undefined
}

function waitForever(ready: Int32Array): void {
  while (host.wait(after(host.now(), seconds(3600)), ready) <= 0);
}

/** Tells the host that the work goes on: a turn has a limit. */
export function breathe(): void {
  host.wait(host.now() as Instant, new Int32Array(2))
}
