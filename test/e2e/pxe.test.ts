import { quietSteps } from '../../src/kit/steps.ts'
import { bootDirectors, waitForOwner, waitUntilServed } from '../../src/lab/wait.ts'
import { openLab } from '../support/e2e-lab.ts'
import { requires } from '../support/requires.ts'

const e2e = requires('root', 'qemu', 'netns')

// The netboot tree as an operator uses it: dnsmasq with the snippet, iPXE with the script.
e2e.serial('a pair whose cards ask the network gets kernel, system and its own stamps', async t => {
  const lab = await openLab({ boot: 'pxe' })
  try {
    await bootDirectors(lab, quietSteps)
    await waitUntilServed(lab)
    t.is((await waitForOwner(lab, '192.0.2.100')).mac, '00:00:5e:00:01:0a')
    for (const node of ['lb1', 'lb2']) {
      const { output } = await lab.machine(node).console.shell.run('hostname; cat /proc/cmdline')
      t.regex(output, new RegExp(`^${node}\n`))
      t.regex(output, /console=ttyS0,115200n8/)
    }
  } finally {
    await lab.close()
  }
})
