import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { endExchange, startExchange, takeDatagram } from '../../src/agent/kernel/ask.ts'
import { EIO } from '../../src/agent/kernel/errno.ts'
import type {
  Answer,
  Ask,
  FileAnswer,
  FileStep,
  NetlinkSocket,
  Talk,
} from '../../src/agent/kernel/talk.ts'
import type { MemoryFiles } from './scripted-kernel.ts'

/** A kernel behind netlink-relay.pl, which talks of the agent can be held with. */
export class RelayedKernel {
  readonly #input: Writable
  readonly #lines: AsyncIterator<string>
  #isReady: Promise<unknown> | undefined
  #sequence = 1

  /** The relay's standard input and output. */
  constructor(input: Writable, output: Readable) {
    this.#input = input
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]()
  }

  /** The relay in a new network namespace, which ends with `close`. */
  static inNamespace(): RelayedKernel {
    const relay = fileURLToPath(new URL('./netlink-relay.pl', import.meta.url))
    const { stdin, stdout } = spawn('unshare', ['--net', 'perl', relay], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return new RelayedKernel(stdin, stdout)
  }

  /** Does a whole talk. Files outside /proc and /sys are the memory's, if one is given. */
  async converse<T>(talk: Talk<T>, memory?: MemoryFiles): Promise<Talk<T>> {
    let rest = talk
    while (rest.kind === 'ask' || rest.kind === 'file') rest = await this.once(rest, memory)
    return rest
  }

  /** Does one step of a talk. */
  async once<T>(talk: Talk<T>, memory?: MemoryFiles): Promise<Talk<T>> {
    if (talk.kind === 'ask') return talk.next(await this.#ask(talk.ask))
    if (talk.kind === 'file') return talk.next(await this.#fileOf(talk.file, memory))
    return talk
  }

  /** Does a whole talk that must not fail. */
  async value<T>(talk: Talk<T>, memory?: MemoryFiles): Promise<T> {
    const end = await this.converse(talk, memory)
    if (end.kind === 'done') return end.value
    throw new Error(end.kind === 'failed' ? JSON.stringify(end.failure) : end.kind)
  }

  /** Runs a shell command beside the relay; its standard output. A failing one is an error. */
  async run(command: string): Promise<string> {
    const { errno, got } = await this.#line('run', hex(Buffer.from(command)))
    if (errno !== 0) throw new Error(`exit code ${errno}: ${command}`)
    return Buffer.concat(got).toString('utf8')
  }

  /** Sends one datagram; all that the kernel answers at once. */
  async exchange(socket: NetlinkSocket, datagram: Uint8Array): Promise<readonly Uint8Array[]> {
    return (await this.#line('send', socket, hex(datagram))).got
  }

  close(): void {
    this.#input.end()
  }

  async #ask(ask: Ask): Promise<Answer> {
    const { exchange, datagram } = startExchange(ask, this.#sequence)
    this.#sequence += ask.requests.length
    let answer: Answer | undefined
    const { errno, got } = await this.#line('send', ask.socket, hex(datagram))
    for (const each of got) answer ??= takeDatagram(exchange, each)
    return answer ?? endExchange(exchange, errno === 0 ? EIO : errno)
  }

  async #fileOf(step: FileStep, memory: MemoryFiles | undefined): Promise<FileAnswer> {
    return memory === undefined || /^[/](proc|sys)[/]/.test(step.path)
      ? this.#file(step)
      : memory.do(step)
  }

  async #file(step: FileStep): Promise<FileAnswer> {
    if (step.kind === 'write') {
      const mode = step.mode === undefined ? [] : [step.mode.toString(8)]
      const { errno } = await this.#line('write', step.path, hex(step.content), ...mode)
      return { errno }
    }
    if (step.kind === 'make_directory') {
      const { errno } = await this.#line(step.kind, step.path, step.mode.toString(8))
      return { errno }
    }
    const { errno, got } = await this.#line(step.kind, step.path)
    if (errno !== 0) return { errno }
    return step.kind === 'read'
      ? { errno, content: got[0] ?? new Uint8Array(0) }
      : { errno, names: got.map(name => Buffer.from(name).toString('utf8')) }
  }

  async #line(...words: readonly string[]): Promise<Relayed> {
    this.#isReady ??= this.#answer()
    await this.#isReady
    this.#input.write(`${words.join(' ')}\n`)
    return this.#answer()
  }

  async #answer(): Promise<Relayed> {
    const got: Uint8Array[] = []
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done === true) throw new Error('the relay ended')
      const [verb, rest = ''] = value.split(' ')
      if (verb === 'end') return { errno: Number(rest), got }
      got.push(new Uint8Array(Buffer.from(rest, 'hex')))
    }
  }
}

interface Relayed {
  readonly errno: number
  readonly got: readonly Uint8Array[]
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
