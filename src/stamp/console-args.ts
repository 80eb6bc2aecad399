import { fillSettings, loaderSettings } from '../agent/flash/loader-settings.ts'
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
 * @param fleet the nodes to choose from, for a person; as many as there is room for are named
 * @throws ProblemError `kargs_too_large`, `console_port`
 */
export function encodeLoaderSettings(
  console: ConsolePort,
  length: number,
  fleet: readonly string[] = [],
): Uint8Array {
  const text = loaderSettings(console, consoleArgs(console))
  const room = length - 1 - text.length
  if (room < 0) {
    fail({
      code: 'kargs_too_large',
      message: 'the kernel arguments do not fit in the region that the image keeps for them',
      expected: `at most ${length - 1} bytes`,
      found: `${text.length} bytes`,
    })
  }
  const choice = fleet.length === 0 ? '' : fleetSetting(fleet, room)
  return Buffer.from(fillSettings(text + choice, length))
}

// Without a list there is still the question.
function fleetSetting(fleet: readonly string[], room: number): string {
  for (let count = fleet.length; count >= 0; count -= 1) {
    const more = count === fleet.length ? [] : ['...']
    const line = `set fleet="${[...fleet.slice(0, count), ...more].join(' ')}"\n`
    if (line.length <= room) return line
  }
  return ''
}
