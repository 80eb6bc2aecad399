import test from 'ava'
import { liveLine, paint } from '../../src/kit/terminal.ts'
import { Screen } from '../support/terminal.ts'

const XTERM = { TERM: 'xterm' }

test('on a terminal the live line is rewritten in place, below the lines that stay', t => {
  const screen = new Screen('terminal')
  const line = liveLine(screen.asOutput(), XTERM)
  line.show('working 1')
  line.print('done with one')
  t.deepEqual(screen.lines(), ['done with one', 'working 1'])
  line.show('')
  t.deepEqual(screen.lines(), ['done with one', ''])
})

test('a live line is cut to the width of the terminal, since a wrapped one cannot be cleared', t => {
  const screen = new Screen('terminal')
  liveLine(screen.asOutput(), XTERM).show('x'.repeat(100))
  t.is(screen.lines()[0], 'x'.repeat(39))
})

test('a file and a dumb terminal get plain lines only', t => {
  for (const [kind, environment] of [
    ['file', XTERM],
    ['terminal', { TERM: 'dumb' }],
  ] as const) {
    const screen = new Screen(kind)
    const line = liveLine(screen.asOutput(), environment)
    line.show('working')
    line.print('done')
    t.false(line.isLive)
    t.is(screen.text, 'done\n')
  }
})

test('colours are for terminals, and NO_COLOR turns them off', t => {
  const onTerminal = new Screen('terminal').asOutput()
  t.is(paint(onTerminal, XTERM)('x', 'red'), '\u001b[31mx\u001b[39m')
  t.is(paint(onTerminal, { ...XTERM, NO_COLOR: '1' })('x', 'red'), 'x')
  t.is(paint(new Screen('file').asOutput(), XTERM)('x', 'green'), 'x')
})
