import { Writable } from 'node:stream'

/** A stream that keeps what is written, as a terminal of 40 columns or as a file. */
export class Screen extends Writable {
  text = ''
  readonly isTTY: boolean
  readonly columns = 40

  constructor(kind: 'terminal' | 'file') {
    super({ decodeStrings: false })
    this.isTTY = kind === 'terminal'
  }

  override _write(piece: string, _encoding: string, done: () => void): void {
    this.text += piece
    done()
  }

  /** What a person sees: each line as it was last rewritten. */
  lines(): readonly string[] {
    return this.text.split('\n').map(line => line.split('\r\u001b[K').at(-1) ?? '')
  }

  asOutput(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }
}
