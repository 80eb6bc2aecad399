import { fail } from '../kit/problem.ts'
import { nearest } from '../model/nearest.ts'

/** @throws ProblemError `wrong_usage`, with the names that there are and the nearest of them */
export function unknownScenario(name: string, names: readonly string[]): never {
  const near = nearest(name, names)
  return fail({
    code: 'wrong_usage',
    message: 'there is no such scenario',
    expected: names.join(', '),
    found: name,
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  })
}
