import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { readU16, toHex } from '../../src/agent/wire/bytes.ts'
import { encodeAddress } from '../../src/agent/wire/text-address.ts'
import { advertOf, type CapturedFrame } from '../../src/lab/capture.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { effort } from '../support/effort.ts'
import { requires } from '../support/requires.ts'
import { arpQuestion, macOfClient } from './ownership.ts'
import { nodeConfig, openPrograms, type Programs, Segment } from './segment.ts'

// As much as one link can hold: every VRID, and 4,000 VIPs, of which adverts do not list all.

const INSTANCES = 255
const VIPS = 4_000
/** VIPs of an instance that move along and are not in adverts. */
const UNLISTED = 2
const INTERVAL_US = 1_000_000
const CLIENT = '10.0.255.254'
const SCRIPT = 'test/support/ownership.pl'
const ASKERS = 4

interface Context {
  segment: Segment
  programs: Programs
}

type Frames = () => readonly CapturedFrame[]

const netns = requires<Context>('root', 'netns', 'mirror', 'command:perl')

netns.beforeEach(async t => {
  const segment = new Segment()
  segment.machine('lb1', '10.0.255.11/16')
  segment.machine('lb2', '10.0.255.12/16')
  segment.ip('client', `address add ${CLIENT}/16 dev br0`)
  segment.floodAll()
  t.context = { segment, programs: await openPrograms(segment.folder) }
})

netns.afterEach.always(t => t.context.segment?.close())

netns.serial('255 instances with 4,000 VIPs have one owner each, through a death', async t => {
  t.timeout(effort(240_000, 400_000))
  const { segment, programs } = t.context
  const [frames1, frames2] = [
    await segment.capture(programs, 'lb1'),
    await segment.capture(programs, 'lb2'),
  ]
  const ask = startAsking(t.context)
  const first = segment.agent(programs, 'lb1', manyOf('lb1', 200))
  await first.saw(/: i255 active/, 60)
  const second = segment.agent(programs, 'lb2', manyOf('lb2', 100))
  await second.saw(/: i255 backup/, 60)
  await everyVipIsOf(t, frames1, frames2)
  const used = await upkeepOf(segment, 'lb1')
  t.log(`active: ${used.cpu.toFixed(1)} % of a core, ${used.memory_mb.toFixed(1)} MB`)
  t.true(used.memory_mb < 24)

  segment.killAll('lb1', 'directord')
  await second.saw(/: i255 active/, 60)
  await sleep(2_500)
  holdsTheFormula(t, frames1(), frames2())
  await everyVipIsOf(t, frames2, frames1)

  const third = segment.agent(programs, 'lb1', manyOf('lb1', 200))
  await third.saw(/: i255 backup/, 60)
  t.is(await second.end(), 0)
  await third.saw(/: i255 active \(peer_released\)/, 60)
  await everyVipIsOf(t, frames1, frames2)
  t.is(await third.end(), 0)
  await Promise.all(ask.map(each => each()))
})

/** Asks for every VIP by ARP again and again, some hundred a second. */
function startAsking({ segment }: Context) {
  const mac = macOfClient(segment)
  return Array.from({ length: ASKERS }, (_, asker) => {
    const file = join(segment.folder, `questions-${asker}.hex`)
    const own = allVips().filter((_, at) => at % ASKERS === asker)
    const frames = own.map(vip => arpQuestion(encodeAddress(vip), mac, encodeAddress(CLIENT)))
    writeFileSync(file, frames.map(toHex).join('\n'))
    return segment.record('client', ['perl', SCRIPT, 'ask', 'br0', file])
  })
}

/** From now on, until all were asked for, each VIP is answered for by one machine alone. */
async function everyVipIsOf(t: ExecutionContext<Context>, owner: Frames, other: Frames) {
  const [from, otherFrom] = [owner().length, other().length]
  const answered = () => answersIn(owner().slice(from))
  await sleep(effort(1_000, 60_000))
  for (let tries = 0; tries < 60 && answered().size < VIPS; tries += 1) await sleep(1_000)
  t.is(answered().size, VIPS, 'every VIP is answered for')
  t.is(answersIn(other().slice(otherFrom)).size, 0, 'nobody else answers for one')
}

/** The VIPs that somebody was told the owner of, as hexadecimal numbers. */
function answersIn(frames: readonly CapturedFrame[]): ReadonlySet<string> {
  const client = toHex(encodeAddress(CLIENT))
  return new Set(
    frames.flatMap(({ bytes }) => {
      const isReply = readU16(bytes, 12) === 0x0806 && readU16(bytes, 20) === 2
      const isToClient = isReply && toHex(bytes.subarray(38, 42)) === client
      return isToClient ? [toHex(bytes.subarray(28, 32))] : []
    }),
  )
}

/** All took over together after Active_Down, and advertised again an interval later. */
function holdsTheFormula(
  t: ExecutionContext<Context>,
  died: readonly CapturedFrame[],
  took: readonly CapturedFrame[],
): void {
  const expected_us = (3 + (256 - 100) / 256) * INTERVAL_US
  const off_ms: number[] = []
  const late_ms: number[] = []
  for (let vrid = 1; vrid <= INSTANCES; vrid += 1) {
    const last = claimsOf(died, vrid).at(-1) ?? Number.NaN
    const [first = Number.NaN, next = Number.NaN] = claimsOf(took, vrid)
    off_ms.push((first - last - expected_us) / 1_000)
    late_ms.push((next - first - INTERVAL_US) / 1_000)
  }
  const [earliest, latest] = [Math.min(...off_ms), Math.max(...off_ms)]
  const later = Math.max(...late_ms)
  t.log(`${earliest.toFixed(1)} to ${latest.toFixed(1)} ms off the formula`)
  t.log(`second advert at most ${later.toFixed(1)} ms late`)
  // They wait for the one that heard the router last, and for 255 devices, whose flips wait for the
  // kernel's lock, which it has but one of for all namespaces.
  t.true(earliest > -20, `${earliest} ms`)
  t.true(latest < 2_000, `${latest} ms`)
  t.true(later < 100, `${later} ms`)
}

const claimsOf = (frames: readonly CapturedFrame[], vrid: number): readonly number[] =>
  frames.flatMap(frame => {
    const advert = advertOf(frame)
    return advert?.vrid === vrid && advert.priority > 0 ? [frame.at_us] : []
  })

/** Processor time in percent of a core over some seconds, and resident memory. */
async function upkeepOf(segment: Segment, machine: string) {
  const pid = segment.pidOf(machine, 'directord')
  const spent_ns = () => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0])
  const before = spent_ns()
  await sleep(5_000)
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const memory_mb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024
  return { cpu: (spent_ns() - before) / 5e7, memory_mb }
}

const allVips = () =>
  Array.from({ length: VIPS }, (_, at) => `10.0.${Math.floor(at / 250)}.${(at % 250) + 1}`)

/** A node whose instances share the VIPs; all of one group. */
function manyOf(name: 'lb1' | 'lb2', priority: number): NodeConfig {
  const address = name === 'lb1' ? '10.0.255.11/16' : '10.0.255.12/16'
  const config = nodeConfig({ name, address, priority, vips: [], advert_interval_ms: 1_000 })
  const [sample] = config.vrrp.instances
  if (sample === undefined) throw new Error('a node has an instance')
  const vips = allVips().map(vip => `${vip}/16`)
  const instances = Array.from({ length: INSTANCES }, (_, at) => {
    const own = vips.filter((_, index) => index % INSTANCES === at)
    return {
      ...sample,
      ...{ name: `i${at + 1}`, vrid: at + 1 },
      ...{ addresses: own.slice(UNLISTED), more_addresses: own.slice(0, UNLISTED) },
    }
  })
  const groups = config.vrrp.groups.map(group => ({
    ...group,
    instances: instances.map(each => each.name),
  }))
  return { ...config, vrrp: { ...config.vrrp, instances, groups } }
}
