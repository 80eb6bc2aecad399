import { exitCodeOf, printError } from '../../src/cli/answer.ts'
import { buildProgram } from '../../src/cli/program.ts'

/** What a command of the tool said, and the exit code that it would have had. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a command in this process, which is much faster than starting one.
 *
 * It takes over standard output while it runs: for tests that run one after the other.
 */
export async function runCommand(...words: readonly string[]): Promise<Ended> {
  const said = { stdout: '', stderr: '' }
  const { exitCode } = process
  const giveBack = (['stdout', 'stderr'] as const).map(name => {
    const { write } = process[name]
    process[name].write = (text: string | Uint8Array) => {
      said[name] += String(text)
      return true
    }
    return () => {
      process[name].write = write
    }
  })
  try {
    await (await buildProgram(words)).parseAsync(['node', 'director', ...words])
    return { code: Number(process.exitCode ?? 0), ...said }
  } catch (error) {
    printError(error, words.includes('--json'))
    return { code: exitCodeOf(error), ...said }
  } finally {
    for (const restore of giveBack) restore()
    // What a command says of its end is not how the tests end.
    process.exitCode = exitCode
  }
}
