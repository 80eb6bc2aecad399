import { ProblemError } from '../kit/problem.ts'

/**
 * The lab did not get where it should: a finding about what runs in it, not a defect of the tool.
 *
 * @param found what was seen instead, for example the last lines of a console
 */
export function labProblem(code: string, message: string, found: string): ProblemError {
  const whole = `${message}\n${found}`
  return new ProblemError([{ code, message: whole, remedy: 'look into the logs of this lab' }])
}
