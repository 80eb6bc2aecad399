import { CommanderError } from 'commander'
import { type Problem, ProblemError, renderProblem } from '../kit/problem.ts'

/** Exit codes of the tool: done, failed, wrong usage. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const

/** Prints a command's answer for a program: one line of JSON. */
export function printJson(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

/** The exit code that tells a calling program what kind of error ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  const problems = error instanceof ProblemError ? error.problems : []
  return problems.some(({ code }) => code === 'wrong_usage') ? EXIT.usage : EXIT.failed
}

/** Says what went wrong: for a person on standard error, for a program as JSON. */
export function printError(error: unknown, json: boolean): void {
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return
  const problems = problemsOf(error)
  if (json) printJson({ ok: false, problems })
  else process.stderr.write(`${problems.map(renderProblem).join('\n\n')}\n`)
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems
  if (error instanceof CommanderError) return [usageProblem(error)]
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return [
    {
      code: 'bug',
      message: 'this is a defect of director-firmware, not of your input',
      found: stack,
      remedy: 'report it with the lines above and the command that you ran',
    },
  ]
}

// commander's message is `error: …`, with the suggestion on a line of its own.
function usageProblem({ message }: CommanderError): Problem {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n')
  const suggestion = rest.join(' ').match(/Did you mean (.*)\?/)?.[1]
  return {
    code: 'wrong_usage',
    message: first,
    remedy:
      suggestion === undefined
        ? 'run the command with --help for its usage'
        : `did you mean ${suggestion}?`,
  }
}
