import { atSecond, type Scenario } from '../scenario.ts'

export const scenario: Scenario = {
  row: 96,
  title: 'a thousand VIPs without virtual MAC take their time in the kernel, and have one owner',
  pair: { isOnOwnMac: true, vips: 1_000, family: 'both' },
  faults: [
    { at: atSecond(20), kind: 'power_off', node: 'lb1' },
    { at: atSecond(40), kind: 'power_on', node: 'lb1' },
    { at: atSecond(60), kind: 'stop', node: 'lb2' },
  ],
  expect: [
    { at: atSecond(19), owner: 'lb1' },
    { at: atSecond(23.8), owner: 'lb2' },
    { at: atSecond(59), owner: 'lb2' },
    { at: atSecond(61), owner: 'lb1' },
  ],
  check: world => {
    const advert = world.nodes[0]?.state?.instances[0]?.frames?.advert
    const frame = advert?.kind === 'send' ? advert.frame : new Uint8Array()
    const source = Array.from(frame.subarray(6, 12), byte => byte.toString(16)).join(':')
    return source.startsWith('0:0:5e') || source === '' ? `adverts come from ${source}` : undefined
  },
}
