import { setTimeout as sleep } from 'node:timers/promises'
import { advertOf } from '../../src/lab/capture.ts'
import { nodeConfig } from './segment.ts'
import { onSegment } from './segment-test.ts'

const netns = onSegment(segment => segment.machine('lb1', '192.0.2.251/24'))

netns.serial('the first adverts are the golden packet, byte for byte', async t => {
  const { segment, programs } = t.context
  const frames = await segment.capture(programs, 'lb1')
  const config = nodeConfig({
    name: 'lb1',
    address: '192.0.2.251/24',
    priority: 200,
    vips: ['192.0.2.1/24', '192.0.2.2/24'],
    advert_interval_ms: 1000,
    startup_hold_ms: 0,
  })
  const agent = segment.agent(programs, 'lb1', config)
  await agent.saw(/front active/)
  await sleep(100)
  t.is(await agent.end(), 0)
  const adverts = frames().filter(frame => advertOf(frame) !== undefined)
  t.is(adverts.length, 2)
  const [first = '', last = ''] = adverts.map(({ bytes }) => Buffer.from(bytes).toString('hex'))
  // 01:00:5e:00:00:12 from the virtual MAC, TTL 255, protocol 112, TOS 0xc0.
  t.is(first.slice(0, 28), '01005e000012' + '00005e00010a' + '0800')
  t.is(first.slice(28, 32), '45c0')
  t.is(first.slice(44, 48), 'ff70')
  t.is(first.slice(52, 68), 'c00002fb' + 'e0000012')
  t.is(first.slice(68), '310ac8020064828ac0000201c0000202')
  t.is(last.slice(68), '310a000200644a8bc0000201c0000202')
})
