import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'

// CycloneDX's own schemas, which its own library carries.
const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')
const schemaOf = (name: string) =>
  JSON.parse(
    readFileSync(join(dirname(library), `res/schema/${name}.SNAPSHOT.schema.json`), 'utf8'),
  )

let check: ValidateFunction | undefined

function compileSchema(): ValidateFunction {
  // Its formats of addresses and dates are not looked at.
  const ajv = new Ajv({ strict: false, validateFormats: false })
  for (const name of ['spdx', 'jsf-0.82']) {
    ajv.addSchema(schemaOf(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`)
  }
  return ajv.compile(schemaOf('bom-1.6'))
}

/** What of a bill breaks the rules of CycloneDX 1.6, one line a fault. */
export function faultsOfBill(bill: unknown): readonly string[] {
  check ??= compileSchema()
  return check(bill)
    ? []
    : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Every name of a bill's components that is given twice, and every name that nothing has. */
export function wrongReferences(bill: unknown): readonly string[] {
  const text = JSON.stringify(bill)
  const names = [...text.matchAll(/"bom-ref":("[^"]*")/g)].map(([, name = '']) => name)
  const { dependencies = [] } = bill as {
    dependencies?: readonly { ref: string; dependsOn: readonly string[] }[]
  }
  const used = dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn])
  const known = new Set(names)
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index),
    ...used.map(name => JSON.stringify(name)).filter(name => !known.has(name)),
  ]
}
