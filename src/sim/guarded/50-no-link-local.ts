import { guarded } from '../pair.ts'
import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 50,
  title: 'the link-local address of IPv6 is tentative: no advert without it, the other node owns',
  pair: { ...guarded, family: 'both' },
  faults: [
    { at: atSecond(0), kind: 'address6', node: 'lb1', path: 'front', ready: false },
    { at: atSecond(20), kind: 'address6', node: 'lb1', path: 'front', ready: true },
    { at: atSecond(40), kind: 'address6', node: 'lb2', path: 'front', ready: false },
  ],
  host: {},
  expect: [
    { at: atSecond(2.2), owner: 'lb2' },
    { at: atSecond(39.9), owner: 'lb2' },
    { at: atSecond(40.1), owner: 'lb1' },
    { at: atSecond(60), owner: 'lb1' },
  ],
  check: ({ nodes, host }) => {
    const [lb1] = nodes
    const sent = lb1?.state?.instances.find(({ name }) => name === 'front6')?.counters
    if (sent === undefined || sent.adverts_sent > 21) return `${sent?.adverts_sent} adverts`
    const learned = host?.learned.get('2001:db8::100')
    return learned?.node === 'lb1' ? undefined : `2001:db8::100 is at ${learned?.node}`
  },
}
