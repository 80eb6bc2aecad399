import type { Refusal } from '../flash/may-install.ts'
import { writeAll } from './bytes.ts'

const EXIT_REFUSED = 1

/** True for a refusal among other results. */
export const isRefusal = (value: object): value is Refusal => 'remedy' in value && 'code' in value

/** Says why a command about disks did nothing, or not all, and ends the program. */
export function refuse(command: string, refusal: Refusal): never {
  const { code, expected, found, message, remedy } = refusal
  const lines = [
    `director-${command}: error: ${message} (${code})`,
    ...(expected === undefined ? [] : [`  expected: ${expected}`]),
    ...(found === undefined ? [] : [`  found:    ${found}`]),
    `  to do:    ${remedy}`,
  ]
  writeAll(2, lines.map(line => `${line}\n`).join(''))
  return host.exit(EXIT_REFUSED)
}
