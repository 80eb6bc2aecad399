import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** The answers that have a documented shape, by the command that gives them. */
type Answer = 'status' | 'explain' | 'events' | 'paths' | 'order'

/** What is wrong with an answer by its schema; an empty list where nothing is. */
export function faultsOf(command: Answer, answer: unknown): readonly unknown[] {
  const path = new URL(`../../src/agent/control/${command}.schema.json`, import.meta.url)
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
  const validate = ajv.compile(JSON.parse(readFileSync(path, 'utf8')))
  return validate(answer) ? [] : (validate.errors ?? [])
}
