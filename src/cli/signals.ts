import { interrupt, isInterrupted } from '../kit/interrupt.ts'

const NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const

/** Makes a signal, or a reader of our output that goes away, end the program cleanly. */
export function handleSignals(): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void endBy(signal))
  }
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endOfReader)
}

/** Undoes what is half done, then exits as a shell expects: 128 and the signal's number. */
async function endBy(signal: keyof typeof NUMBERS): Promise<void> {
  const code = 128 + NUMBERS[signal]
  // The second one is from a person who does not want to wait.
  if (isInterrupted()) process.exit(code)
  await interrupt()
  process.exit(code)
}

function endOfReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  void endBy('SIGPIPE')
}
