import { quietSteps } from '../../src/kit/steps.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

const e2e = requires('root', 'qemu', 'netns')
e2e.serial('proxy', async t => {
  const lab = await openLab({
    boot: 'pxe',
    firmware: n => (n === 'lb1' ? 'bios' : 'uefi'),
    change: ({ netbootServer }) =>
      netbootServer === undefined
        ? {}
        : {
            netbootServer: {
              ...netbootServer,
              dnsmasq: [
                '/usr/bin/python3',
                '/tmp/img-x/two-dnsmasq.py',
                '/work/wt/images/docs/netboot.md',
                ...netbootServer.dnsmasq,
              ],
            },
          },
  })
  try {
    await bootDirectors(lab, quietSteps)
    for (const n of ['lb1', 'lb2']) t.log(lab.machine(n).console.transcript.text().slice(0, 3000))
    await waitUntilServed(lab)
    const { node } = await waitForOwner(lab, '192.0.2.100')
    await lab.machine(node).kill()
    await waitUntilServed(lab)
    t.not((await waitForOwner(lab, '192.0.2.100')).node, node)
  } finally {
    await lab.close()
  }
})
