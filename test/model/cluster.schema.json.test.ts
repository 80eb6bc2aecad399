import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'

const folder = join(import.meta.dirname, '../../src/model')

for (const name of readdirSync(folder).filter(file => file.endsWith('.schema.json'))) {
  test(`${name} is a valid schema`, t => {
    const ajv = new Ajv2020()
    t.true(
      ajv.validateSchema(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
      ajv.errorsText(),
    )
  })
}
