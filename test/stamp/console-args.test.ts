import test from 'ava'
import { consoleArgs, encodeLoaderSettings } from '../../src/stamp/console-args.ts'
import { problemOf } from './sample.ts'

const text = (port: string, baud: number, length = 512) =>
  Buffer.from(encodeLoaderSettings({ port, baud }, length)).toString()

test('the kernel talks on the screen too, and on the serial port last, where init talks', t => {
  t.is(consoleArgs({ port: 'ttyS1', baud: 9600 }), 'console=tty0 console=ttyS1,9600n8')
})

test('the settings fill their region with a comment', t => {
  const settings = text('ttyS1', 9600)
  t.is(settings.length, 512)
  t.regex(
    settings,
    /^set serial_unit="1"\nset serial_speed="9600"\nset console_args="[^"]*"\n#+\n$/,
  )
})

test('a port that GRUB does not know leaves the loader on the screen', t => {
  t.regex(text('ttyUSB0', 115_200), /serial_unit=""/)
})

test('a region that is too small is refused', async t => {
  t.is((await problemOf(() => text('ttyS0', 9600, 64))).code, 'kargs_too_large')
})

test('a port that would end the quoted text is refused', async t => {
  const problem = await problemOf(() => text('ttyS0" ; reboot "', 9600))
  t.is(problem.code, 'console_port')
})
