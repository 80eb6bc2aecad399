import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../support/pty.pl', import.meta.url))
/** Start bit, eight bits, stop bit. */
export const BITS_A_BYTE = 10
const PORT = 'ttyS1'

/** What happens to bytes on their way from one end, 0 or 1. */
export type Way = (bytes: Buffer, from: 0 | 1) => Buffer | undefined

/**
 * Two serial ports that are crossed, at the pace of a line. An agent sees its end as
 * /dev/ttyS1, in a mount namespace of its own.
 */
export class NullModem {
  /** What each end has sent, in its order. */
  readonly sent: [Buffer[], Buffer[]] = [[], []]
  way: Way = bytes => bytes
  readonly #ends: [End, End]
  readonly #baud: number
  readonly #devices: [string, string] = ['', '']

  private constructor(ends: [End, End], baud: number) {
    this.#ends = ends
    this.#baud = baud
    for (const from of [0, 1] as const) this.#carry(from)
  }

  #carry(from: 0 | 1): void {
    let free = 0
    this.#ends[from].child.stdout?.on('data', async (bytes: Buffer) => {
      this.sent[from].push(bytes)
      const time = (bytes.length * BITS_A_BYTE * 1_000) / this.#baud
      free = Math.max(free, performance.now()) + time
      await sleep(free - performance.now())
      const left = this.way(bytes, from)
      if (left !== undefined) this.put(from === 0 ? 1 : 0, left)
    })
  }

  static async open(baud: number): Promise<NullModem> {
    return new NullModem([await openEnd(), await openEnd()], baud)
  }

  /** Bytes come in at one end. */
  put(end: 0 | 1, bytes: Buffer): void {
    this.#ends[end].child.stdin?.write(bytes)
  }

  /** The words before a command that sees an end as its /dev/ttyS1, with a folder for that. */
  words(end: 0 | 1, folder: string): readonly string[] {
    const devices = join(folder, `dev${end}`)
    mkdirSync(join(devices, 'pts'), { recursive: true })
    writeFileSync(join(devices, 'null'), '')
    this.#devices[end] = devices
    this.#name(end)
    const mounts = [
      'mount --bind /dev/null "$0/null"',
      'mount --bind /dev/pts "$0/pts"',
      'mount --rbind "$0" /dev',
      'exec "$@"',
    ]
    return ['sh', '-c', mounts.join(' && '), devices]
  }

  /** The adapter of an end is pulled: whoever has its port open finds a line that was hung up. */
  async pull(end: 0 | 1): Promise<void> {
    const { child } = this.#ends[end]
    rmSync(join(this.#devices[end], PORT))
    child.kill('SIGKILL')
    await once(child, 'close')
  }

  /** It is put back, and is another device of the kernel under the same name. */
  async putBack(end: 0 | 1): Promise<void> {
    this.#ends[end] = await openEnd()
    this.#carry(end)
    this.#name(end)
  }

  // Not a mount: a name in this folder may change while somebody sees the folder as /dev.
  #name(end: 0 | 1): void {
    const path = this.#ends[end].path.replace('/dev/', '')
    const name = join(this.#devices[end], PORT)
    rmSync(name, { force: true })
    symlinkSync(path, name)
  }

  close(): void {
    for (const { child } of this.#ends) child.kill('SIGKILL')
  }
}

interface End {
  readonly child: ChildProcess
  readonly path: string
}

async function openEnd(): Promise<End> {
  const child = spawn('perl', [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] })
  const [path] = await once(child.stderr, 'data')
  return { child, path: `${path}`.trim() }
}
