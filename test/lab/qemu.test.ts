import test from 'ava'
import { planLab } from '../../src/lab/plan.ts'
import { type BootMedia, type NetworkFirmware, qemuArguments } from '../../src/lab/qemu.ts'
import { pairOf } from '../support/pair.ts'

function argumentsOf(
  media: BootMedia,
  nodes: Parameters<typeof planLab>[0] = pairOf(),
): readonly string[] {
  const [director] = planLab(nodes).directors
  if (director === undefined) throw new Error('no director')
  const sockets = { console: '/run/c', heartbeat: '/run/h', control: '/run/q' }
  const folders = { consoleLog: '/logs/lb1.console.log', captures: '/logs' }
  return qemuArguments({ director, media, memory_mb: 128, sockets, ...folders })
}

const iso: BootMedia = { kind: 'iso', iso: '/images/lb1.iso' }

test('the machine is emulated by name, since KVM may be there and hang', t => {
  const words = argumentsOf(iso)
  t.regex(words[words.indexOf('-accel') + 1] ?? '', /^tcg/)
  t.is(words[words.indexOf('-m') + 1], '128')
})

test('an ISO is a CD that the machine boots from', t => {
  const words = argumentsOf(iso).join(' ')
  t.regex(words, /file=\/images\/lb1\.iso,format=raw,media=cdrom,readonly=on/)
  t.regex(words, /-boot d$/)
  t.notRegex(words, /-kernel/)
})

test('a netboot gives kernel, initramfs and command line', t => {
  const words = argumentsOf({
    kind: 'netboot',
    kernel: '/k',
    initramfs: '/i',
    commandLine: 'console=ttyS0 panic=10',
  })
  t.deepEqual(words.slice(-6), [
    ...['-kernel', '/k', '-initrd', '/i', '-append', 'console=ttyS0 panic=10'],
  ])
})

test('serial ports come in the order in which the kernel counts them', t => {
  const words = argumentsOf(iso)
  const ports = words.filter((_, index) => words[index - 1] === '-serial')
  t.deepEqual(ports, ['chardev:console', 'chardev:heartbeat'])
})

test('a port that the node does not use is there and goes nowhere', t => {
  const nodes = pairOf().map(node => ({
    ...node,
    serial: { ...node.serial, heartbeat: { port: 'ttyS2', baud: 9_600 } },
  }))
  const words = argumentsOf(iso, nodes)
  const ports = words.filter((_, index) => words[index - 1] === '-serial')
  t.deepEqual(ports, ['chardev:console', 'null', 'chardev:heartbeat'])
})

test('an adapter is on a USB bus of its own, with the line behind it', t => {
  const nodes = pairOf().map(node => ({
    ...node,
    serial: { ...node.serial, heartbeat: { port: 'ttyUSB0', baud: 115_200 } },
  }))
  const words = argumentsOf(iso, nodes)
  const ports = words.filter((_, index) => words[index - 1] === '-serial')
  t.deepEqual(ports, ['chardev:console'])
  const all = words.join(' ')
  t.regex(all, /-device qemu-xhci,id=adapters /)
  t.regex(all, /-chardev socket,id=heartbeat,path=\/run\/h /)
  t.regex(all, /-device usb-serial,id=adapter,chardev=heartbeat,bus=adapters\.0/)
  t.notRegex(argumentsOf(iso).join(' '), /usb-serial|xhci/)
})

test('each card has its MAC, its tap and a capture of what it sends', t => {
  const words = argumentsOf(iso).join(' ')
  t.regex(words, /tap,id=front,ifname=tap1\.0,script=no,downscript=no,vnet_hdr=off/)
  t.regex(words, /virtio-net-pci,id=nic-front,netdev=front,mac=52:54:00:d1:01:01/)
  t.regex(
    words,
    /"qom-type":"filter-dump",.*"netdev":"front","queue":"rx",.*"file":"\/logs\/lb1\.front\.pcap"/,
  )
})

test('a card at a PCI place is put there', t => {
  const words = argumentsOf(iso, pairOf({ match: { pci: '0000:00:05.0' } })).join(' ')
  t.regex(words, /id=nic-front,[^ ]*bus=pci\.0,addr=0x05\.0/)
})

const onNetwork = (by: NetworkFirmware, uefi?: string) =>
  argumentsOf({
    ...({ kind: 'network', network: 'front', by } as const),
    ...(uefi === undefined ? {} : { uefi }),
  }).join(' ')

test('from the network a machine starts by the one card that has a server', t => {
  const words = onNetwork({ kind: 'card', rom: '/rom' })
  t.is(words.match(/romfile=\/rom,bootindex=1/g)?.length, 1)
  t.regex(words, /id=nic-front,[^ ]*romfile=\/rom/)
  t.regex(words, /id=nic-back,[^ ]*romfile=(,|$| )/)
  t.notRegex(words, /-bios/)
})

test('a BIOS shows on the serial port what iPXE says on the screen', t => {
  const plain = onNetwork({ kind: 'plain', kernel: '/k', script: '/s' })
  t.regex(plain, /-machine pc,graphics=off .*-kernel \/k -initrd \/s$/)
})

test('UEFI uses its own drivers, and for HTTP boot no PXE before', t => {
  const pxe = onNetwork({ kind: 'uefi', protocol: 'pxe' }, '/ovmf')
  t.regex(pxe, /romfile=,bootindex=1.*-bios \/ovmf$/)
  const http = onNetwork({ kind: 'uefi', protocol: 'http' }, '/ovmf')
  t.regex(http, /-bios \/ovmf -fw_cfg name=opt\/org\.tianocore\/IPv4PXESupport,string=n/)
})

test('disks have buses of their own and are tried in their order', t => {
  const disks = [
    { image: '/a.img', bus: 'ahci', bootIndex: 1 },
    { image: '/b.img', bus: 'usb', bootIndex: 2 },
    { image: { forgets_bytes: 1 << 28 }, bus: 'virtio' },
  ] as const
  const words = argumentsOf({ kind: 'flash', disks, uefi: '/OVMF.fd' }).join(' ')
  t.regex(words, /-bios \/OVMF\.fd/)
  t.regex(words, /id=disk0,file=\/a\.img,format=raw/)
  t.regex(words, /ide-hd,drive=disk0,bus=disk0-bus\.0,bootindex=1/)
  t.regex(words, /usb-storage,drive=disk1,bus=disk1-bus\.0,bootindex=2/)
  t.regex(words, /driver=null-co,node-name=disk2,size=268435456,read-zeroes=on/)
  t.regex(words, /virtio-blk-pci,drive=disk2$/)
  t.regex(argumentsOf({ ...iso, kind: 'iso', iso: '/i', disks }).join(' '), /-boot d .*disk2$/)
})

test('NVMe disks and memory cards have controllers', t => {
  const disks = [
    { image: '/a.img', bus: 'nvme', bootIndex: 1 },
    { image: '/b.img', bus: 'mmc' },
  ] as const
  const words = argumentsOf({ kind: 'flash', disks }).join(' ')
  t.regex(words, /nvme,drive=disk0,serial=disk0,bootindex=1/)
  t.regex(words, /sdhci-pci -device sd-card,drive=disk1$/)
})

test('a machine that is known by its serial number has it, and a comma in it is no option', t => {
  const nodes = pairOf().map(one => ({ ...one, node: { ...one.node, dmi_serial: 'A,1' } }))
  const words = argumentsOf(iso, nodes)
  t.is(words[words.indexOf('-smbios') + 1], 'type=1,serial=A,,1')
  t.false(argumentsOf(iso).includes('-smbios'))
})

test('a machine that boots from the network may have a disk that it tries before', t => {
  const by: NetworkFirmware = { kind: 'card', rom: '/rom' }
  const disks = [{ image: '/disk', bus: 'ahci', bootIndex: 0 }] as const
  const words = argumentsOf({ kind: 'network', network: 'front', by, disks }).join(' ')
  t.regex(words, /ide-hd,drive=disk0,bus=disk0-bus\.0,bootindex=0$/)
  t.regex(words, /romfile=\/rom,bootindex=1/)
})
