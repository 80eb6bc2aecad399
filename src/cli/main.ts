import { isInterrupted } from '../kit/interrupt.ts'
import { exitCodeOf, printError } from './answer.ts'
import { buildProgram } from './program.ts'
import { handleSignals } from './signals.ts'

handleSignals()
await main(process.argv)

async function main(argv: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(argv.slice(2))
    await program.parseAsync(argv)
  } catch (error) {
    // While a signal ends the program, whatever fails fails because of it.
    if (isInterrupted()) return
    printError(error, argv.includes('--json'))
    process.exitCode = exitCodeOf(error)
  }
}
