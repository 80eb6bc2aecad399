import test from 'ava'
import { InterruptedError, interrupt, isInterrupted, onInterrupt } from '../../src/kit/interrupt.ts'

test.serial('what was taken back is not undone, the rest is, the latest first', async t => {
  const undone: string[] = []
  onInterrupt(() => void undone.push('first'))
  const takeBack = onInterrupt(() => void undone.push('finished'))
  onInterrupt(() => {
    throw new Error('gone already')
  })
  onInterrupt(async () => void undone.push('last'))
  takeBack()
  t.false(isInterrupted())
  await interrupt()
  t.deepEqual(undone, ['last', 'first'])
  t.true(isInterrupted())
})

test.serial('nothing new begins after the interrupt', t => {
  t.throws(() => onInterrupt(() => undefined), { instanceOf: InterruptedError })
})
