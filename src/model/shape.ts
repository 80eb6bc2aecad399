import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Problem } from '../kit/problem.ts'
import { boundedErrors } from './bounded-errors.ts'
import { throwProblems } from './problem-list.ts'
import { describeFault } from './shape-problem.ts'
import type { YamlDocument } from './yaml/document.ts'

/** A schema of ours, as ajv compiles it. */
export interface Shape {
  /** Stops at the first fault; fills in the schema's defaults. */
  readonly isValid: ValidateFunction
  /** Finds every fault. Compiled only when there is one. */
  readonly findAll: () => ValidateFunction
}

// So many are described, to show those that stand first in the file.
const DESCRIBED_MAX = 1000

/** Compiles a schema. */
export function compileShape(schema: object): Shape {
  let findAll: ValidateFunction | undefined
  return {
    isValid: compile(schema, { useDefaults: true }),
    findAll() {
      findAll ??= compile(schema, { allErrors: true, verbose: true })
      return findAll
    },
  }
}

function compile(schema: object, options: Options): ValidateFunction {
  const ajv = new Ajv2020({
    ...options,
    allowUnionTypes: true,
    strictRequired: false,
    // It takes longer than all else here, and the schemas are ours: a test checks them.
    validateSchema: false,
  })
  ajv.addVocabulary(['x-unit', 'x-type'])
  return ajv.compile(schema)
}

/**
 * Checks a document against a schema and fills the schema's defaults into its value.
 *
 * @throws ProblemError with one problem per fault, in the order of the file
 */
export function checkShape(document: YamlDocument, shape: Shape): void {
  if (shape.isValid(document.value)) return
  // The keyword `propertyNames` only repeats what the fault of the name itself says.
  const errors = boundedErrors(shape.findAll(), document.value, DESCRIBED_MAX).filter(
    ({ keyword }) => keyword !== 'propertyNames',
  )
  const described = errors
    .slice(0, DESCRIBED_MAX)
    // Of those at one place: a misspelt key before the key that is missing for it.
    .toSorted((left, right) => rankOf(left) - rankOf(right))
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const error of described) {
    const problem = describeFault(error, document)
    const key = JSON.stringify([problem.where, problem.code])
    if (!seen.has(key)) problems.push(problem)
    seen.add(key)
  }
  throwProblems(problems, Math.max(errors.length - DESCRIBED_MAX, 0))
}

function rankOf({ keyword }: ErrorObject): number {
  return keyword === 'additionalProperties' ? 0 : 1
}
