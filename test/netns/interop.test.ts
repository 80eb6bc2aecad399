import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import type { VrrpInstanceConfig } from '../../src/model/node-config.ts'
import { addClientIpv6 } from './arrange.ts'
import { startKeepalived } from './keepalived.ts'
import { frontIndex, type Ownership, overlapsOf, type Span, watchOwnership } from './ownership.ts'
import { keepalivedOf, nodeConfig } from './segment.ts'
import { onSegment, type SegmentContext } from './segment-test.ts'

// Every kind of VRRP against the keepalived of two Debian releases, through a whole life: it is
// active, it loses its power, it returns and preempts, it is stopped, it returns as the lesser.

const netns = onSegment(segment => {
  segment.machine('lb1', '192.0.2.251/24')
  segment.machine('peer', '192.0.2.12/24')
  for (const [machine, host] of [
    ['lb1', 'fb'],
    ['peer', 'c'],
  ] as const) {
    segment.ip(machine, `-6 address add fe80::${host}/64 dev front nodad`)
    segment.ip(machine, `-6 address add 2001:db8::${host}/64 dev front nodad`)
  }
  addClientIpv6(segment)
}, 'command:perl')

interface Kind {
  readonly name: string
  readonly vips: readonly string[]
  /** The VIP that is looked at. */
  readonly vip: string
  readonly interval_ms: number
  readonly ours: Partial<VrrpInstanceConfig>
  /** The first Debian whose keepalived knows it. */
  readonly since?: 13
  readonly theirs: readonly string[]
}

const IPV4 = { vips: ['192.0.2.100/24'], vip: '192.0.2.100', interval_ms: 200 }

const kinds: readonly Kind[] = [
  {
    ...{ ...IPV4, name: 'version 2', interval_ms: 1000 },
    ours: { version: 2 },
    theirs: ['version 2', 'use_vmac'],
  },
  {
    // keepalived 2.2.7 knows the other form alone, and refuses this one.
    ...{ ...IPV4, name: 'version 3, checksum of RFC 9568', since: 13 },
    ours: {},
    theirs: ['version 3', 'use_vmac', 'v3_checksum_as_v2'],
  },
  {
    ...{ ...IPV4, name: 'version 3, checksum with pseudo-header' },
    ours: { checksum: 'pseudo_header' },
    theirs: ['version 3', 'use_vmac'],
  },
  {
    ...{ name: 'IPv6', vips: ['fe80::100/64', '2001:db8::100/64'], vip: '2001:db8::100' },
    interval_ms: 200,
    ours: {},
    theirs: ['version 3', 'use_vmac'],
  },
  {
    ...{ ...IPV4, name: 'unicast' },
    ours: { unicast: true, peer: '192.0.2.12', checksum: 'pseudo_header' },
    theirs: [
      ...['version 3', 'use_vmac', 'vmac_xmit_base'],
      ...['unicast_src_ip 192.0.2.12', 'unicast_peer {\n    192.0.2.251\n  }'],
    ],
  },
  {
    ...{ ...IPV4, name: 'no virtual MAC' },
    ours: { virtual_mac: false, checksum: 'pseudo_header' },
    theirs: ['version 3'],
  },
  {
    ...{ name: 'IPv6, no virtual MAC', vips: ['fe80::100/64', '2001:db8::100/64'] },
    ...{ vip: '2001:db8::100', interval_ms: 200, since: 13 },
    ours: { virtual_mac: false },
    theirs: ['version 3'],
  },
]

for (const [section, release] of [
  ['lab-bookworm', 12],
  ['lab', 13],
] as const) {
  for (const kind of kinds.filter(({ since = 0 }) => since <= release)) {
    const title = `keepalived of Debian ${release}, ${kind.name}`
    netns.serial(`${title}: one owner through its whole life`, async t => {
      await wholeLife(t, kind, await keepalivedOf(section))
    })
  }
}

async function wholeLife(
  t: ExecutionContext<SegmentContext>,
  kind: Kind,
  program: readonly string[],
): Promise<void> {
  const { segment, programs } = t.context
  const first = startPeer(t.context, kind, program, 200)
  await first.saw(/Entering MASTER STATE/)
  const agent = segment.agent(programs, 'lb1', configOf(kind))
  await agent.saw(/front backup/)
  const signs = signsOf(t.context, kind)
  const hasVirtualMac = kind.ours.virtual_mac !== false
  const end = await watchOwnership(segment, programs, kind.vip, signs, hasVirtualMac)
  await sleep(1000)
  t.false(agent.lines().some(line => /front active/.test(line)))

  cutPower(t.context)
  await agent.saw(/front active \(down_timer_expired\)/)
  await sleep(600)
  restorePower(t.context)
  const preempted_us = Date.now() * 1000
  const second = startPeer(t.context, kind, program, 200)
  await second.saw(/Entering MASTER STATE/)
  await agent.saw(/front backup \(higher_priority\)/)
  await sleep(600)
  const settled_us = Date.now() * 1000
  second.child.kill('SIGTERM')
  await agent.saw(/front active \(peer_released\)/)
  await second.ended

  const third = startPeer(t.context, kind, program, 50)
  await third.saw(/Entering BACKUP STATE/)
  await sleep(1000)
  t.false(
    third.lines().some(line => /MASTER STATE/.test(line)),
    third.lines().join('\n'),
  )
  t.is(await agent.end(), 0)
  await third.saw(/Entering MASTER STATE/)
  await sleep(600)
  judge(t, kind, await end(), { from_us: preempted_us, to_us: settled_us })
}

/** Two owners only while it preempts, for one advert and one flip; there is mostly an owner. */
function judge(
  t: ExecutionContext<SegmentContext>,
  { ours: { unicast }, interval_ms }: Kind,
  seen: Ownership,
  preempting: Span,
): void {
  const [ours = [], theirs = []] = seen.kernel
  const overlaps = overlapsOf(ours, theirs)
  const inside = ({ from_us, to_us }: Span) =>
    from_us >= preempting.from_us && to_us <= preempting.to_us
  t.deepEqual(
    overlaps.filter(span => !inside(span)),
    [],
    'two owners by the kernels',
  )
  const longest_us = Math.max(0, ...overlaps.map(({ from_us, to_us }) => to_us - from_us))
  // Unicast: the first advert may be lost while its ARP is under way, so the second counts.
  const most_us = 60_000 + (unicast ? interval_ms * 1_000 : 0)
  t.true(longest_us < most_us, `two owners for ${longest_us} us by the kernels`)
  t.deepEqual(
    seen.answered_twice_us.filter(at => !inside({ from_us: at, to_us: at })),
    [],
    'two machines answered the same question',
  )
  t.log(
    `${ours.length} and ${theirs.length} spans, ${overlaps.length} overlaps of at most ${longest_us} us; ` +
      `${seen.answered} answers, ${seen.answered_twice_us.length} of two; ` +
      `${seen.echoes} echoes, ${seen.echoes_doubled} doubled`,
  )
  t.true(ours.length >= 2 && theirs.length >= 2, 'both owned it twice')
  t.true(seen.answered > 100, `${seen.answered} answers`)
  t.true(seen.echoes > 100, `${seen.echoes} echoes`)
  // They are 10 ms apart.
  t.true(seen.echoes_doubled <= 5 + longest_us / 10_000, `${seen.echoes_doubled} echoes came twice`)
}

const configOf = ({ vips, interval_ms, ours }: Kind) =>
  nodeConfig({
    name: 'lb1',
    address: '192.0.2.251/24',
    priority: 100,
    vips,
    advert_interval_ms: interval_ms,
    instance: ours,
  })

function signsOf({ segment }: SegmentContext, { vip, ours }: Kind) {
  const isIpv6 = vip.includes(':')
  const device = `vr${isIpv6 ? 6 : 4}.10.${frontIndex(segment, 'lb1')}`
  const held = isIpv6
    ? '/proc/net/if_inet6=^20010db8000000000000000000000100 '
    : '/proc/net/fib_trie=192\\.0\\.2\\.100\\s+/32 host LOCAL'
  return [
    ['lb1', ours.virtual_mac === false ? held : `/sys/class/net/${device}/proto_down=^0`],
    ['peer', held],
  ] as const
}

function cutPower({ segment }: SegmentContext): void {
  segment.ip('client', 'link set peer down')
  segment.killAll('peer', 'keepalived')
  for (const [, name = ''] of segment.ip('peer', '-o link').matchAll(/^\d+: (vrrp\S*?)@/gm)) {
    segment.ip('peer', `link delete ${name}`)
  }
  for (const [, prefix = ''] of segment.ip('peer', '-o address').matchAll(/ (\S+[.:]100\/\d+) /g)) {
    segment.ip('peer', `address delete ${prefix} dev front`)
  }
}

const restorePower = ({ segment }: SegmentContext) => segment.ip('client', 'link set peer up')

const startPeer = (
  { segment }: SegmentContext,
  { vips, interval_ms, theirs }: Kind,
  program: readonly string[],
  priority: number,
) =>
  startKeepalived(segment, 'peer', {
    program,
    instances: [{ name: 'peer', priority, interval_ms, vips, lines: theirs }],
    globals: ['vrrp_garp_master_repeat 1', 'vrrp_garp_master_delay 1', 'vrrp_rt_priority 50'],
  })
