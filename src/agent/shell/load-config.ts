import type { NodeConfig } from '../../model/node-config.ts'
import { checkNodeConfig } from '../../model/node-config-check.ts'
import { explainErrno } from './errno.ts'
import { readWhole } from './files.ts'

export type LoadedConfig =
  | { readonly config: NodeConfig }
  /** Lines that say what is wrong. */
  | { readonly faults: readonly string[] }

/** The checked node.json, or the lines that say what is wrong with it. */
export function loadConfig(path: string): LoadedConfig {
  const bytes = readWhole(path)
  return typeof bytes === 'number' ? cannotRead(path, bytes) : parseConfig(path, bytes)
}

/** The faults of a file that cannot be read, with a positive errno. */
export const cannotRead = (path: string, errno: number) => ({
  faults: [`cannot read ${path}: ${explainErrno(errno)}`],
})

/** The same of what a file holds. */
export function parseConfig(path: string, bytes: Uint8Array): LoadedConfig {
  let value: unknown
  try {
    value = JSON.parse(host.decode(bytes))
  } catch (error) {
    return { faults: [`${path} is not JSON: ${error instanceof Error ? error.message : ''}`] }
  }
  const faults = checkNodeConfig(value).map(faultLine)
  if (faults.length > 0) return { faults: faults.map(line => `${path}: ${line}`) }
  return { config: value as NodeConfig }
}

function faultLine(fault: {
  readonly path: string
  readonly code: string
  readonly expected?: string
  readonly found?: string
}): string {
  const expected = fault.expected === undefined ? '' : `, expected ${fault.expected}`
  const found = fault.found === undefined ? '' : `, found ${fault.found}`
  return `${fault.path}: ${fault.code}${expected}${found}`
}
