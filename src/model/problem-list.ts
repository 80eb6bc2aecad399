import { type Problem, ProblemError } from '../kit/problem.ts'

// More than this help nobody: the rest often follows from the first.
const PROBLEMS_MAX = 50

/**
 * Throws the problems, if there are any.
 *
 * @param uncounted how many more there are that nobody described
 */
export function throwProblems(problems: readonly Problem[], uncounted = 0): void {
  const [first, ...others] = inFileOrder(problems, uncounted)
  if (first !== undefined) throw new ProblemError([first, ...others])
}

/** The problems in the order of the file: of very many the first ones and a count of the others. */
export function inFileOrder(problems: readonly Problem[], uncounted = 0): readonly Problem[] {
  const sorted = problems.toSorted(
    (left, right) =>
      (left.where?.line ?? 0) - (right.where?.line ?? 0) ||
      (left.where?.column ?? 0) - (right.where?.column ?? 0),
  )
  const left = sorted.length + uncounted - PROBLEMS_MAX
  if (left <= 0) return sorted
  return [
    ...sorted.slice(0, PROBLEMS_MAX),
    { code: 'more_problems', message: `there are ${left} more of them in the file` },
  ]
}
