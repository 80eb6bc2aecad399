import { fail } from '../kit/problem.ts'
import type { ConsolePort } from './layout.ts'

/**
 * The kernel's console arguments: the screen too, and the serial port last, where init talks.
 *
 * @throws ProblemError `console_port` for a name that a loader's script would misread
 */
export function consoleArgs(console: ConsolePort): string {
  if (!/^[A-Za-z0-9]+$/.test(console.port)) {
    fail({
      code: 'console_port',
      message: 'the console is no serial port',
      expected: 'a name without its folder, for example ttyS0',
      found: JSON.stringify(console.port),
    })
  }
  return `console=tty0 console=${console.port},${console.baud}n8`
}

/**
 * The settings that GRUB reads before its menu, filled up with `#` to exactly `length` bytes.
 *
 * GRUB numbers the PC's serial ports as Linux does; it has no driver for other ports, and then
 * talks on the screen alone.
 *
 * @throws ProblemError `kargs_too_large`, `console_port`
 */
export function encodeLoaderSettings(console: ConsolePort, length: number): Uint8Array {
  const unit = /^ttyS([0-3])$/.exec(console.port)?.[1] ?? ''
  const text = [
    `set serial_unit="${unit}"`,
    `set serial_speed="${console.baud}"`,
    `set console_args="${consoleArgs(console)}"`,
    '',
  ].join('\n')
  if (text.length + 1 > length) {
    fail({
      code: 'kargs_too_large',
      message: 'the kernel arguments do not fit in the region that the image keeps for them',
      expected: `at most ${length - 1} bytes`,
      found: `${text.length} bytes`,
    })
  }
  return Buffer.from(`${text.padEnd(length - 1, '#')}\n`)
}
