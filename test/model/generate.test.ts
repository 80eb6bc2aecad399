import { readFileSync } from 'node:fs'
import test from 'ava'
import { generated, textOf } from '../../src/model/generate.ts'

for (const entry of generated) {
  test(`${entry.path} is what \`npm run generate\` writes from ${entry.schema}`, t => {
    t.is(readFileSync(entry.path, 'utf8'), textOf(entry))
  })
}
