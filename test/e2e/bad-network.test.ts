import { join } from 'node:path'
import type { Lab } from '../../src/lab/lab.ts'
import type { PreparedLab } from '../../src/lab/prepare.ts'
import { LISTENING, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import type { Plan } from '../support/bad-server.ts'
import { openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

// A boot server that fails each machine in one way after the other, until all is well.
const e2e = requires('root', 'qemu', 'netns')
const NAT = '192.0.2.100'
const STEP_TIMEOUT_MS = 240_000
const SERVER = join(import.meta.dirname, '../support/bad-server.ts')

const [LB1, LB2] = ['52:54:00:e2:01:03', '52:54:00:e2:02:03']
const PLAN: Plan = {
  [`${LB1} vmlinuz`]: ['reset'],
  [`${LB1} initramfs.zst`]: ['stall', 'cut', 'short:3', 'short:40'],
  [`${LB2} nodes/lb2.img`]: ['as:nodes/lb1.img', 'short:50'],
}

// iPXE's words wrap at the edge of its screen.
const TRY_AGAIN = /boot of lb1\s+failed\s+as\s+said\s+above,\s+next\s+try\s+in\s+10\s+s/
const STARTS_AGAIN = /director: the machine starts again in 30 s/
const EXPECTED: Readonly<Record<string, readonly (RegExp | string)[]>> = {
  lb1: [
    ...['vmlinuz...', /Connection\s+reset/, TRY_AGAIN],
    ...['initramfs.zst...', /timed\s+out/, TRY_AGAIN],
    ...['initramfs.zst...', /ipxe\.org\/[0-9a-f]+/, TRY_AGAIN],
    ...[/Initramfs unpacking failed/, /Kernel panic - not syncing: No working init/],
    ...[/director: this node does not serve: root file system or stamp did not/, STARTS_AGAIN],
    LISTENING,
  ],
  lb2: [
    ...[/error: the stamp that was loaded is that of another node/, /found: +lb1 of e2e/],
    ...[/director: this node does not serve/, STARTS_AGAIN],
    ...[/error: (the stamp is cut short|this image has no stamp)/, STARTS_AGAIN],
    LISTENING,
  ],
}

/** Starts a machine and waits for what it is expected to say, in this order. */
async function follow(lab: Lab, node: string): Promise<void> {
  const { transcript } = lab.machine(node).console
  let from = transcript.mark()
  await lab.machine(node).start()
  for (const what of EXPECTED[node] ?? []) {
    from = (await transcript.waitFor(what, STEP_TIMEOUT_MS, from)).end
  }
}

e2e.serial('a boot server that resets, stalls, truncates and mixes up starts nothing', async t => {
  const change = ({ netbootServer }: PreparedLab) => {
    if (netbootServer === undefined) throw new Error('no boot server')
    const program = [process.execPath, '--import', 'tsx', SERVER]
    const http = (folder: string, address: string, port: number) => [
      ...[...program, folder, address, `${port}`, JSON.stringify(PLAN)],
    ]
    return { netbootServer: { ...netbootServer, http } }
  }
  const lab = await openLab({ boot: 'http', change })
  try {
    const start = Date.now()
    await Promise.all(['lb1', 'lb2'].map(node => follow(lab, node)))
    t.log(`${Date.now() - start} ms until both listened`)
    for (const node of ['lb1', 'lb2']) {
      const said = lab.machine(node).console.transcript.text()
      t.is(said.split(LISTENING).length - 1, 1, `${node} served before all was well`)
      t.regex(said, new RegExp(`this is ${node} of e2e, ready to serve`))
    }
    await waitUntilServed(lab)
    await waitForOwner(lab, NAT)
  } finally {
    await lab.close()
  }
})
