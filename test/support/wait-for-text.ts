import type { ChildProcess } from 'node:child_process'

/** Waits until a stream of a program has said something; gives back all that it said. */
export async function waitForText(
  child: ChildProcess,
  stream: NodeJS.ReadableStream,
  text: string,
  timeout_ms: number,
): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error(`no "${text}" in:\n${said}`)), timeout_ms)
    const end = (finish: () => void) => {
      clearTimeout(giveUp)
      finish()
    }
    stream.on('data', (piece: Buffer) => {
      said += piece.toString('latin1')
      if (said.includes(text)) end(() => resolve(said))
    })
    child.on('exit', code => end(() => reject(new Error(`ended with ${code}:\n${said}`))))
  })
}
