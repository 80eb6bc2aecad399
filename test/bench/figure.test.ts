import test from 'ava'
import { judge, renderLines } from './figure.ts'

const size = { issue: 2, figure: 'size of the ELF', unit: 'MB', ours: 0.5, bar: 1.2 }

test('without a peer a figure is held against its limit', t => {
  t.deepEqual(judge(size), {
    issue: 2,
    figure: 'size of the ELF',
    unit: 'MB',
    ours: 0.5,
    peer: 1.2,
    peerName: 'limit',
    ratio: 0.4167,
    bar: 1.2,
    holds: true,
  })
})

test('with a peer the ratio is against the peer, and the limit still decides', t => {
  const line = judge({ ...size, ours: 1.3, peer: { name: 'other', value: 2.6 } })
  t.like(line, { peer: 2.6, peerName: 'other', ratio: 0.5, holds: false })
})

test('a figure that meets its limit exactly holds', t => {
  t.true(judge({ ...size, ours: 1.2 }).holds)
})

test('the table says what was missed', t => {
  t.is(
    renderLines([judge({ ...size, ours: 2 })]),
    [
      '        figure           ours  limit  unit  against    ratio',
      'MISSED  size of the ELF  2     1.2    MB    the limit  1.667',
    ].join('\n'),
  )
})
