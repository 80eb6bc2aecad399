import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { openToolbox } from '../../src/base/toolbox.ts'
import { quietSteps } from '../../src/kit/steps.ts'
import { createCrew } from '../../src/lab/crew.ts'
import { load } from '../../src/model/cluster.ts'
import { resolve } from '../../src/model/resolve.ts'
import { dnsmasqConfig } from '../../src/pack/netboot.ts'
import { askForBoot, type BootOffer, type Firmware } from '../support/dhcp-client.ts'
import { requires } from '../support/requires.ts'

// The configurations of docs/netboot.md in a real dnsmasq, asked as each kind of firmware asks.
const netns = requires('root', 'netns', 'mirror')
const [SERVER, CLIENT] = [`dd${process.pid}s`, `dd${process.pid}c`]
const DIRECTOR = '52:54:00:d1:02:03'
const STRANGER = '52:54:00:77:00:01'
const FIRMWARE: Readonly<Record<string, Firmware>> = {
  bios: { arch: 0 },
  'bios with iPXE': { arch: 0, userClass: 'iPXE' },
  uefi: { arch: 7 },
  'uefi of another kind': { arch: 9 },
  'uefi with iPXE': { arch: 7, userClass: 'iPXE' },
  'uefi by HTTP': { arch: 16 },
}
const HTTP = 'http://198.51.100.5:8080'

let dnsmasq: readonly string[]
let folder: string

netns.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dnsmasq-'))
  const lab = await openToolbox('lab', { steps: quietSteps, locked: false })
  dnsmasq = await lab.command('dnsmasq')
  const nodes = resolve(await load('examples/pair/cluster.yaml'))
  const template = readFileSync('images/netboot/dnsmasq.conf', 'utf8')
  writeFileSync(join(folder, 'dnsmasq.conf'), dnsmasqConfig(template, 'pair', nodes))
  const ip = (words: string) => execFileSync('ip', words.split(' '))
  for (const name of [SERVER, CLIENT]) ip(`netns add ${name}`)
  ip(`-n ${SERVER} link add mgmt0 type veth peer name eth0 netns ${CLIENT}`)
  ip(`-n ${SERVER} address add 198.51.100.5/24 dev mgmt0`)
  ip(`-n ${SERVER} link set mgmt0 up`)
  ip(`-n ${CLIENT} address add 198.51.100.77/24 dev eth0`)
  ip(`-n ${CLIENT} link set eth0 up`)
  ip(`-n ${CLIENT} route add default dev eth0`)
})
netns.after.always(() => {
  for (const name of [SERVER, CLIENT]) execFileSync('ip', ['netns', 'del', name])
  rmSync(folder, { recursive: true })
})

/** The configuration of the manual that begins with a line, with this test's paths in it. */
function configuration(head: string): string {
  const manual = readFileSync('docs/netboot.md', 'utf8')
  const block = manual.split('```\n').find(each => each.startsWith(`${head}\n`))
  if (block === undefined) throw new Error(`docs/netboot.md has no configuration ${head}`)
  const path = join(folder, 'site.conf')
  writeFileSync(path, block.replaceAll('/srv/director', folder))
  return path
}

async function offersOf(
  t: ExecutionContext,
  head: string,
): Promise<Readonly<Record<string, BootOffer | undefined>>> {
  const path = configuration(head)
  const [program = '', ...words] = dnsmasq
  execFileSync(program, [...words, '--test', `--conf-file=${path}`], { stdio: 'pipe' })
  const own = ['--no-daemon', '--user=root', '--pid-file=', '--leasefile-ro', '--port=0']
  const crew = createCrew()
  const said: string[] = []
  try {
    await new Promise<void>((ready, fail) => {
      const member = crew.start(program, [...words, ...own, `--conf-file=${path}`], {
        namespace: SERVER,
        onLine(line) {
          said.push(line)
          if (line.includes('TFTP root is')) ready()
        },
      })
      void member.ended.then(how => fail(new Error(`dnsmasq ended (${how}): ${said.join('\n')}`)))
    })
    const machines = Object.entries(FIRMWARE).map(
      ([name, firmware]) => [name, { ...firmware, mac: DIRECTOR }] as const,
    )
    const stranger = ['a stranger', { arch: 7, mac: STRANGER }] as const
    const offers = await askForBoot(CLIENT, Object.fromEntries([...machines, stranger]))
    t.log(offers)
    return offers
  } finally {
    await crew.end()
  }
}

netns.serial('dnsmasq gives each firmware its loader by TFTP, and all else by HTTP', async t => {
  const offers = await offersOf(t, '# /etc/dnsmasq.d/director.conf')
  const by = (name: string) => offers[name]?.file
  t.is(by('bios'), 'undionly.kpxe')
  t.is(by('uefi'), 'snponly.efi')
  t.is(by('uefi of another kind'), 'snponly.efi')
  t.is(by('bios with iPXE'), `${HTTP}/boot.ipxe`)
  t.is(by('uefi with iPXE'), `${HTTP}/boot.ipxe`)
  t.is(by('uefi by HTTP'), `${HTTP}/http/boot.efi`)
  t.is(offers['uefi by HTTP']?.vendorClass, 'HTTPClient')
  t.is(offers['bios']?.server, '198.51.100.5')
  // It may have an address from this server, and nothing of ours.
  t.is(by('a stranger') ?? '', '')
})

netns.serial('with TFTP alone the script comes by TFTP, and there is no HTTP boot', async t => {
  const offers = await offersOf(t, '# /etc/dnsmasq.d/director.conf with TFTP alone')
  t.is(offers['bios']?.file, 'undionly.kpxe')
  t.is(offers['uefi']?.file, 'snponly.efi')
  t.is(offers['bios with iPXE']?.file, 'boot.ipxe')
  t.is(offers['uefi by HTTP']?.file, '')
  t.is(offers['a stranger'], undefined)
})

netns.serial('beside another DHCP server dnsmasq gives boot files and no address', async t => {
  const offers = await offersOf(t, '# /etc/dnsmasq.d/director.conf beside another DHCP server')
  for (const offer of Object.values(offers)) t.is(offer?.address ?? '0.0.0.0', '0.0.0.0')
  t.is(offers['bios']?.file, 'undionly.kpxe')
  t.is(offers['bios']?.vendorClass, 'PXEClient')
  // UEFI is told in a second step, at port 4011.
  t.is(offers['uefi']?.server, '198.51.100.5')
  for (const name of ['bios with iPXE', 'uefi with iPXE']) {
    // iPXE takes a file only with an address: dhcp_has_pxeopts in its net/udp/dhcp.c.
    t.like(offers[name], { file: `${HTTP}/boot.ipxe`, server: '198.51.100.5' })
  }
  t.is(offers['a stranger'], undefined)
})
