import type { ExecutionContext } from 'ava'
import { type BootKind, stampOf, writeMedia } from '../../src/lab/boot-media.ts'
import type { Lab, LabOptions } from '../../src/lab/lab.ts'
import type { DirectorPlan } from '../../src/lab/plan.ts'
import type { PreparedLab } from '../../src/lab/prepare.ts'
import type { BootMedia } from '../../src/lab/qemu.ts'
import { bootDirector, LISTENING, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { type E2eOptions, openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

// Each test boots two machines that lack different things, each by itself.
const e2e = requires('root', 'qemu', 'netns')
const REFUSES = 'this node does not serve'
const BOOT_TIMEOUT_MS = 90_000
const NAT = '192.0.2.100'

async function inLab(
  boot: BootKind,
  change: (prepared: PreparedLab) => Partial<LabOptions>,
  work: (lab: Lab) => Promise<void>,
  firmware: E2eOptions['firmware'] = () => 'bios',
): Promise<void> {
  const lab = await openLab({ boot, change, firmware })
  try {
    await work(lab)
  } finally {
    await lab.close()
  }
}

/** Boots the machines with other stamps than their own, by node name. */
const withStamps =
  (
    boot: BootKind,
    stamps: (prepared: PreparedLab) => Readonly<Record<string, Uint8Array>>,
  ): ((prepared: PreparedLab) => Partial<LabOptions>) =>
  prepared => ({
    media: node => {
      const stamp = stamps(prepared)[node.node.name] ?? stampOf(prepared.build, node)
      return writeMedia(prepared.build, boot, node, stamp, prepared.logs)
    },
  })

/** Boots a machine that is to refuse; gives back all that its console said until then. */
async function refusalOf(lab: Lab, node: string): Promise<string> {
  const { transcript } = lab.machine(node).console
  await lab.machine(node).start()
  const { end } = await transcript.waitFor(REFUSES, BOOT_TIMEOUT_MS, 0)
  await transcript.waitFor('to do:', BOOT_TIMEOUT_MS, end)
  return transcript.text()
}

async function nobodyServes(t: ExecutionContext, lab: Lab): Promise<void> {
  t.deepEqual(await lab.owners(NAT), [])
  for (const { name } of lab.plan.directors) {
    t.false(lab.machine(name).console.transcript.text().includes(LISTENING))
  }
}

e2e.serial('an ISO without a stamp, and one whose stamp is cut short, refuse to serve', async t => {
  const stamps = withStamps('iso', prepared => ({
    lb1: new Uint8Array(0),
    lb2: stampOf(prepared.build, nodeOf(prepared, 'lb2')).subarray(0, 500),
  }))
  await inLab('iso', stamps, async lab => {
    const [none, cut] = await Promise.all([refusalOf(lab, 'lb1'), refusalOf(lab, 'lb2')])
    t.regex(none, /director-setup: error: this image has no stamp/)
    t.regex(none, /to do:/)
    t.regex(cut, /director-setup: error: (the stamp is cut short|this image has no stamp)/)
    await nobodyServes(t, lab)
  })
})

e2e.serial('a stamp for another base image, and two stamps at once, refuse to serve', async t => {
  const stamps = withStamps('netboot', prepared => {
    const foreign = { ...prepared.build, baseSha256: '0'.repeat(64) }
    const [one, two] = [nodeOf(prepared, 'lb1'), nodeOf(prepared, 'lb2')]
    return {
      lb1: stampOf(foreign, one),
      lb2: Buffer.concat([stampOf(prepared.build, one), stampOf(prepared.build, two)]),
    }
  })
  await inLab('netboot', stamps, async lab => {
    const [foreign, doubled] = await Promise.all([refusalOf(lab, 'lb1'), refusalOf(lab, 'lb2')])
    t.regex(foreign, /the stamp of node lb1 was made for another base image/)
    t.regex(foreign, /expected: base_sha256 [0-9a-f]{64}/)
    t.regex(foreign, /found: {4}base_sha256 0{64}/)
    t.regex(doubled, /this image carries the stamps of 2 nodes/)
    t.regex(doubled, /found: {4}lb1, lb2/)
    await nobodyServes(t, lab)
  })
})

e2e.serial(
  'without its front card a node refuses, without its management card it serves',
  async t => {
    const without: Readonly<Record<string, string>> = { lb1: 'front', lb2: 'mgmt' }
    const alter = (director: DirectorPlan): DirectorPlan => ({
      ...director,
      nics: director.nics.filter(nic => nic.interface !== without[director.name]),
    })
    await inLab(
      'netboot',
      () => ({ alter }),
      async lab => {
        const [refusal] = await Promise.all([refusalOf(lab, 'lb1'), bootDirector(lab, 'lb2')])
        t.regex(refusal, /director-setup: error: .*front/)
        t.regex(refusal, /52:54:00:e2:01:01/)
        t.regex(lab.machine('lb2').console.transcript.text(), /director-setup: warning: .*mgmt/)
        await waitUntilServed(lab)
        t.is((await waitForOwner(lab, NAT)).node, 'lb2')
      },
    )
  },
)

/** The ISO as the disk that it is when it was written to a USB stick. */
function asStick(media: BootMedia): BootMedia {
  if (media.kind !== 'iso') throw new Error('no ISO')
  return { kind: 'flash', disks: [{ image: media.iso, bus: 'usb', bootIndex: 1 }] }
}

e2e.serial(
  'without any serial port a node serves from a USB stick, without the heartbeat’s one by UEFI says so',
  async t => {
    const alter = (director: DirectorPlan): DirectorPlan => ({
      ...director,
      serialPorts: director.name === 'lb1' ? [] : director.serialPorts.slice(0, 1),
    })
    const media = async (prepared: PreparedLab, node: PreparedLab['nodes'][number]) => {
      const own = await prepared.media(node)
      return node.node.name === 'lb1' ? asStick(own) : own
    }
    await inLab(
      'iso',
      prepared => ({ alter, media: node => media(prepared, node) }),
      async lab => {
        await bootDirector(lab, 'lb2')
        const said = lab.machine('lb2').console.transcript.text()
        t.regex(said, /EFI stub/)
        t.regex(
          said,
          /director-setup: warning: the serial port ttyS1 of the heartbeat is not there/,
        )
        await lab.machine('lb1').start()
        await waitUntilServed(lab)
        t.is((await waitForOwner(lab, NAT)).node, 'lb2')
        await lab.machine('lb2').kill()
        t.is((await waitForOwner(lab, NAT, BOOT_TIMEOUT_MS)).node, 'lb1')
        await waitUntilServed(lab)
      },
      node => (node === 'lb2' ? 'uefi' : 'bios'),
    )
  },
)

function nodeOf({ nodes }: PreparedLab, name: string) {
  const found = nodes.find(({ node }) => node.name === name)
  if (found === undefined) throw new Error(`the cluster has no node ${name}`)
  return found
}
