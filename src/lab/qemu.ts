import type { DirectorPlan, NicPlan } from './plan.ts'

/** What a machine boots from. */
export type BootMedia =
  | { readonly kind: 'iso'; readonly iso: string }
  /** Kernel and one initramfs file, given to the machine as a network loader would. */
  | {
      readonly kind: 'netboot'
      readonly kernel: string
      readonly initramfs: string
      readonly commandLine: string
    }
  /** A network card's own loader (an iPXE option ROM), which asks the network of this name. */
  | { readonly kind: 'pxe'; readonly rom: string; readonly network: string }

/** The unix sockets on which the lab listens and to which QEMU connects. */
export interface MachineSockets {
  readonly console: string
  readonly heartbeat: string
  readonly control: string
}

export interface QemuOptions {
  readonly director: DirectorPlan
  readonly media: BootMedia
  readonly memory_mb: number
  readonly sockets: MachineSockets
  /** A file that takes all that the console says. */
  readonly consoleLog: string
  /** A folder for one capture a network card: `NODE.INTERFACE.pcap` holds what the node sent. */
  readonly captures: string
}

// Enough of a frame for ARP, VRRP and the heads of TCP.
const CAPTURE_BYTES = 128

/** The arguments of `qemu-system-x86_64` for one director. */
export function qemuArguments(options: QemuOptions): readonly string[] {
  const { director, memory_mb, sockets } = options
  return [
    ...['-name', director.name],
    // /dev/kvm may be there and yet hang a guest, so emulation is always asked for by name.
    ...['-accel', 'tcg,tb-size=128', '-machine', 'pc', '-m', `${memory_mb}`, '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'std'],
    ...['-rtc', 'base=utc,clock=host'],
    ...['-chardev', `socket,id=control,path=${sockets.control}`],
    ...['-mon', 'chardev=control,mode=control'],
    ...serialArguments(options),
    ...director.nics.flatMap(nic => [
      // Without the virtio header captures hold plain frames with every version of QEMU.
      ...[
        '-netdev',
        `tap,id=${nic.interface},ifname=${nic.tap},script=no,downscript=no,vnet_hdr=off`,
      ],
      '-device',
      [
        `virtio-net-pci,id=nic-${nic.interface},netdev=${nic.interface},mac=${nic.mac}`,
        ...romArguments(options.media, nic),
        ...(nic.slot === undefined ? [] : [`bus=pci.0,addr=0x${nic.slot}`]),
      ].join(','),
      ...['-object', JSON.stringify(captureFilter(options.captures, director.name, nic.interface))],
    ]),
    ...['-device', 'i6300esb,id=watchdog', '-action', 'watchdog=reset'],
    ...['-device', 'virtio-rng-pci'],
    ...bootArguments(options.media),
  ]
}

/** The QEMU object that captures what a card sends. */
export function captureFilter(folder: string, node: string, interface_: string) {
  return {
    'qom-type': 'filter-dump',
    id: `dump-${interface_}`,
    netdev: interface_,
    // In QEMU's words: the queue that receives from the guest.
    queue: 'rx',
    maxlen: CAPTURE_BYTES,
    file: captureFile(folder, node, interface_),
  }
}

/** Where the frames that a node sends on an interface are kept. */
export function captureFile(folder: string, node: string, interface_: string): string {
  return `${folder}/${node}.${interface_}.pcap`
}

function serialArguments({ director, sockets, consoleLog }: QemuOptions): readonly string[] {
  if (director.serialPorts.length === 0) return ['-serial', 'none']
  return director.serialPorts.flatMap(port => {
    switch (port) {
      case 'console':
        return [
          '-chardev',
          `socket,id=console,path=${sockets.console},logfile=${consoleLog},logappend=on`,
          ...['-serial', 'chardev:console'],
        ]
      case 'heartbeat':
        return [
          ...['-chardev', `socket,id=heartbeat,path=${sockets.heartbeat}`],
          ...['-serial', 'chardev:heartbeat'],
        ]
      default:
        return ['-serial', 'null']
    }
  })
}

// Only the card that the machine boots from has a loader. The BIOS runs one that is of the card's
// own PCI id, which for iPXE's is the id of a virtio card without the old interface.
function romArguments(media: BootMedia, nic: NicPlan): readonly string[] {
  const isBooting = media.kind === 'pxe' && media.network === nic.network
  return isBooting ? [`romfile=${media.rom}`, 'bootindex=1', 'disable-legacy=on'] : ['romfile=']
}

function bootArguments(media: BootMedia): readonly string[] {
  switch (media.kind) {
    case 'iso':
      return [
        ...['-drive', `file=${media.iso},format=raw,media=cdrom,readonly=on,if=ide`],
        ...['-boot', 'd'],
      ]
    case 'netboot':
      return [
        ...['-kernel', media.kernel, '-initrd', media.initramfs],
        ...['-append', media.commandLine],
      ]
    case 'pxe':
      return []
  }
}
