import type { LabCase } from './case.ts'
import { consolePort, lineCases } from './line-cases.ts'
import { linkCases } from './link-cases.ts'
import { nodeCases } from './node-cases.ts'
import { reloadCases } from './reload-cases.ts'
import { takeoverCases } from './takeover-cases.ts'

/** Every case, in the order in which they are tried. */
export const labCases: readonly LabCase[] = [
  ...linkCases,
  ...lineCases,
  ...takeoverCases,
  ...reloadCases,
  ...nodeCases,
  consolePort,
]
