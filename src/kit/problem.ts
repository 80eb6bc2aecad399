/**
 * What a person did wrong or what the world refused, said so that they can act on it.
 *
 * Every room throws or returns this for bad input; only `cli/` prints it.
 */
export interface Problem {
  /** A stable name for programs and tests, for example `unknown_key`. */
  readonly code: string
  /** One sentence: what is wrong. */
  readonly message: string
  /** What would have been right. */
  readonly expected?: string
  /** What was found instead. */
  readonly found?: string
  readonly where?: Where
  /** What to do about it. */
  readonly remedy?: string
}

/** A place in a file, in a tree or on a device. Line and column count from 1. */
export interface Where {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** A path inside the document, for example `services[0].real_servers[1].port`. */
  readonly path?: string
}

/** Carries one or more problems up to the command that prints them. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly [Problem, ...Problem[]], options?: { readonly cause?: unknown }) {
    super(problems.map(problem => problem.message).join('\n'), options)
    this.name = 'ProblemError'
    this.problems = problems
  }
}

/** Stops the work at hand with one problem. */
export function fail(problem: Problem, cause?: unknown): never {
  throw new ProblemError([problem], cause === undefined ? undefined : { cause })
}

/** Our own bug: a case that the types rule out was reached. */
export function never(value: never): never {
  throw new Error(`reached a case that cannot be: ${JSON.stringify(value)}`)
}

/** The problem as the lines a terminal shows. */
export function renderProblem(problem: Problem): string {
  return renderAs('error', problem)
}

/** As `renderProblem`, for what is allowed and yet worth a look. */
export function renderWarning(problem: Problem): string {
  return renderAs('warning', problem)
}

function renderAs(word: string, problem: Problem): string {
  const lines = [`${word}: ${problem.message}`]
  const place = renderWhere(problem.where)
  if (place !== '') lines.push(`  where:    ${place}`)
  if (problem.expected !== undefined) lines.push(`  expected: ${problem.expected}`)
  if (problem.found !== undefined) lines.push(`  found:    ${problem.found}`)
  if (problem.remedy !== undefined) lines.push(`  to do:    ${problem.remedy}`)
  return lines.join('\n')
}

function renderWhere(where: Where | undefined): string {
  if (where === undefined) return ''
  const position = [where.file, where.line, where.column].filter(part => part !== undefined)
  return [position.join(':'), where.path]
    .filter(part => part !== undefined && part !== '')
    .join('  ')
}
