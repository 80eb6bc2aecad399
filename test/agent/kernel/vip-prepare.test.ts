import { performance } from 'node:perf_hooks'
import { readAddresses, readLinks } from '../../../src/agent/kernel/read-network.ts'
import type { Talk } from '../../../src/agent/kernel/talk.ts'
import { type MadeVipDevice, vipDevice } from '../../../src/agent/kernel/vip-device.ts'
import { flip, readBack } from '../../../src/agent/kernel/vip-flip.ts'
import { prepareVips, removeVips, repairAddresses } from '../../../src/agent/kernel/vip-prepare.ts'
import { RelayedKernel } from '../../support/netlink-relay.ts'
import { requires } from '../../support/requires.ts'

// These run in a network namespace with the kernel of this machine.
const live = requires('root', 'netns', 'command:perl')

/** A namespace with an interface `front` whose other end, `wire`, is in it too. */
async function withFront(work: (kernel: RelayedKernel) => Promise<void>): Promise<void> {
  const kernel = RelayedKernel.inNamespace()
  try {
    await kernel.run('ip link add front type veth peer name wire')
    await kernel.run('ip link set front up; ip link set wire up')
    await work(kernel)
  } finally {
    kernel.close()
  }
}

async function deviceOn(kernel: RelayedKernel, vips: number) {
  const front = (await kernel.value(readLinks())).find(({ name }) => name === 'front')
  if (front === undefined) throw new Error('there is no front')
  const addresses = Array.from({ length: vips }, (_, at) => `10.20.${at >> 8}.${at & 255}/16`)
  const rest = { name: 'front', interface: 'front', priority: 100, advert_interval_ms: 1000 }
  const kind = { version: 3, checksum: 'message', unicast: false, accept: true } as const
  return vipDevice({ ...rest, ...kind, vrid: 10, addresses }, front)
}

async function prepared(kernel: RelayedKernel, vips: number): Promise<MadeVipDevice> {
  const [device] = await kernel.value(prepareVips([await deviceOn(kernel, vips)]))
  if (device === undefined) throw new Error('no device was made')
  return device
}

/** A talk that makes devices, held until one of them is up and is to be looked at. */
async function upToLastLook<T>(kernel: RelayedKernel, talk: Talk<T>): Promise<Talk<T>> {
  let rest = talk
  while (!(await kernel.run('ip -o link show type macvlan up')).includes('vr4.')) {
    rest = await kernel.once(rest)
  }
  return rest
}

/** Does a TCP connection to the first VIP get its refusal? */
async function reaches(peer: RelayedKernel): Promise<boolean> {
  const address = 'PeerAddr => "10.20.0.1:9", Timeout => 0.7'
  const script = `IO::Socket::INET->new(${address}); print $!{ECONNREFUSED} ? "yes" : "no"`
  return (await peer.run(`perl -MErrno -MIO::Socket::INET -e '${script}'`)) === 'yes'
}

live('VIP devices are made closed, with their addresses and without IPv6', async t => {
  await withFront(async kernel => {
    const device = await prepared(kernel, 3)
    const link = await kernel.run(`ip -d link show ${device.name}`)
    t.regex(link, /00:00:5e:00:01:0a/)
    t.regex(link, /protodown on/)
    t.regex(link, /macvlan mode bridge/)
    const addresses = await kernel.run(`ip -o addr show ${device.name}`)
    t.deepEqual(addresses.match(/inet6? \S+/g), [
      'inet 10.20.0.0/32',
      'inet 10.20.0.1/32',
      'inet 10.20.0.2/32',
    ])
    const folder = '/proc/sys/net/ipv4/conf'
    for (const name of ['front', device.name]) {
      t.is(
        await kernel.run(`cat ${folder}/${name}/arp_ignore ${folder}/${name}/arp_announce`),
        '1\n2\n',
      )
    }
  })
})

live('an interface that gets its carrier while the devices are made does not end it', async t => {
  await withFront(async kernel => {
    const devices = [await deviceOn(kernel, 2)]
    let rest = await upToLastLook(kernel, prepareVips(devices))
    // The kernel works off the change in its own time, and gives the device a carrier with it.
    await kernel.run('ip link set wire down; ip link set wire up')
    const isCarried = () => kernel.run('ip -o link show type macvlan; sleep 0.05')
    for (let tries = 0; tries < 100 && !/LOWER_UP/.test(await isCarried()); tries += 1);
    t.regex(await isCarried(), /LOWER_UP/)
    rest = await kernel.converse(rest)
    t.is(rest.kind, 'done')
    t.notRegex(await isCarried(), /LOWER_UP/)
    t.regex(await kernel.run('ip -d link show type macvlan'), /protodown on/)
  })
})

live('a device opens and closes, and each state is seen when it is read back', async t => {
  await withFront(async kernel => {
    const device = await prepared(kernel, 2)
    t.is((await kernel.converse(readBack(device, 'open'))).kind, 'failed')
    t.is((await kernel.converse(flip(device, 'open'))).kind, 'done')
    t.regex(await kernel.run(`ip link show ${device.name}`), /LOWER_UP/)
    t.is((await kernel.converse(readBack(device, 'closed'))).kind, 'failed')
    t.is((await kernel.converse(flip(device, 'closed'))).kind, 'done')
    t.is((await kernel.converse(readBack(device, 'closed'))).kind, 'done')
  })
})

live('what a killed run left behind is closed and made anew', async t => {
  await withFront(async kernel => {
    const old = await prepared(kernel, 4)
    await kernel.value(flip(old, 'open'))
    const device = await prepared(kernel, 2)
    t.is((await kernel.converse(readBack(device, 'closed'))).kind, 'done')
    t.not(device.index, old.index)
    t.is((await kernel.run(`ip -o -4 addr show ${device.name}`)).trim().split('\n').length, 2)
    t.is((await kernel.converse(flip(device, 'open'))).kind, 'done')
  })
})

live('addresses that somebody took away or added are put right', async t => {
  await withFront(async kernel => {
    const device = await prepared(kernel, 300)
    t.deepEqual(await kernel.value(repairAddresses(device)), { repaired: 0 })
    await kernel.run(`ip addr del 10.20.1.7/32 dev ${device.name}`)
    await kernel.run(`ip addr add 192.0.2.9/24 dev ${device.name}`)
    t.deepEqual(await kernel.value(repairAddresses(device)), { repaired: 2 })
    t.deepEqual(await kernel.value(repairAddresses(device)), { repaired: 0 })
  })
})

live('a device that is gone, or held down by another program, does not open', async t => {
  await withFront(async kernel => {
    const device = await prepared(kernel, 1)
    await kernel.run(`ip link set ${device.name} protodown_reason 3 on`)
    t.like(await kernel.converse(flip(device, 'open')), { kind: 'failed', failure: { errno: 16 } })
    t.is((await kernel.converse(readBack(device, 'closed'))).kind, 'done')
    await kernel.run(`ip link del ${device.name}`)
    t.like(await kernel.converse(flip(device, 'open')), { kind: 'failed', failure: { errno: 19 } })
  })
})

live('everything is removed, and removing nothing succeeds', async t => {
  await withFront(async kernel => {
    await prepared(kernel, 2)
    await kernel.value(removeVips())
    t.is((await kernel.value(readLinks())).length, 3)
    t.is((await kernel.converse(removeVips())).kind, 'done')
  })
})

live(
  'a closed VIP answers nobody, not even who knows its MAC, and counts what it drops',
  async t => {
    await withFront(async kernel => {
      const device = await prepared(kernel, 2)
      // The other end lives in a namespace of its own, so that packets really cross the wire.
      const peer = RelayedKernel.inNamespace()
      try {
        const pid = (await peer.run('echo $PPID')).trim()
        await kernel.run(`ip link set wire netns ${pid}`)
        await peer.run('ip link set wire up; ip addr add 10.20.9.9/16 dev wire')
        await kernel.run('ip addr add 10.20.9.1/16 dev front')
        t.false(await reaches(peer), 'by ARP, closed')
        await kernel.value(flip(device, 'open'))
        t.true(await reaches(peer), 'by ARP, open')
        t.regex(await peer.run('ip neigh show 10.20.0.1'), /00:00:5e:00:01:0a/)
        await peer.run('ip neigh replace 10.20.0.1 lladdr 00:00:5e:00:01:0a dev wire nud permanent')
        await kernel.value(flip(device, 'closed'))
        t.false(await reaches(peer), 'by a permanent entry, closed')
        const { dropped } = await kernel.value(readBack(device, 'closed'))
        t.true(dropped > 0, `${dropped} dropped`)
        await kernel.value(flip(device, 'open'))
        t.true(await reaches(peer), 'by a permanent entry, open')
      } finally {
        peer.close()
      }
    })
  },
)

live('a flip takes as long with 4000 VIPs as with one, to within milliseconds', async t => {
  await withFront(async kernel => {
    const fastest = async (device: MadeVipDevice) => {
      const times: number[] = []
      for (const to of Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'open' : 'closed'))) {
        const startedAt = performance.now()
        await kernel.value(flip(device, to === 'open' ? 'open' : 'closed'))
        times.push(performance.now() - startedAt)
      }
      return Math.min(...times)
    }
    const one = await fastest(await prepared(kernel, 1))
    const many = await fastest(await prepared(kernel, 4000))
    t.log(`${one.toFixed(2)} ms with 1 VIP, ${many.toFixed(2)} ms with 4000, the relay included`)
    t.true(many < one + 10)
  })
})

live('the kernel gives the addresses of one link alone', async t => {
  await withFront(async kernel => {
    const device = await prepared(kernel, 3)
    await kernel.run('ip addr add 192.0.2.9/24 dev front')
    t.is((await kernel.value(readAddresses(device.index, 4))).length, 3)
    t.is((await kernel.value(readAddresses(0, 4))).length, 4)
  })
})
