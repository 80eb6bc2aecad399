import { diskArguments, type LabDisk } from './disks.ts'
import type { DirectorPlan, NicPlan } from './plan.ts'

/** What a machine boots from, by BIOS unless a program of UEFI firmware is named. */
export type BootMedia =
  /** With disks beside it, of which the firmware tries those with a boot index first. */
  (
    | { readonly kind: 'iso'; readonly iso: string; readonly disks?: readonly LabDisk[] }
    | { readonly kind: 'flash'; readonly disks: readonly LabDisk[] }
    /** Kernel and one initramfs file, given to the machine as a network loader would. */
    | {
        readonly kind: 'netboot'
        readonly kernel: string
        readonly initramfs: string
        readonly commandLine: string
      }
    /** What the firmware of the card on this network finds there. */
    | {
        readonly kind: 'network'
        readonly network: string
        readonly by: NetworkFirmware
        readonly disks?: readonly LabDisk[]
      }
  ) & { readonly uefi?: string }

/** What a card or a firmware can do by itself. */
export type NetworkFirmware =
  /** iPXE in the card's ROM, by BIOS. */
  | { readonly kind: 'card'; readonly rom: string }
  /** Stands for a BIOS with PXE alone: iPXE, started as a kernel, with a script that says so. */
  | { readonly kind: 'plain'; readonly kernel: string; readonly script: string }
  /** UEFI's own, by PXE or by HTTP. */
  | { readonly kind: 'uefi'; readonly protocol: 'pxe' | 'http' }

/** The unix sockets on which the lab listens and to which QEMU connects. */
export interface MachineSockets {
  readonly console: string
  readonly heartbeat: string
  readonly control: string
  /** For a further serial port, behind those of the plan. */
  readonly watch?: string
}

export interface QemuOptions {
  readonly director: DirectorPlan
  readonly media: BootMedia
  readonly memory_mb: number
  readonly sockets: MachineSockets
  /** A file that takes all that the console says. */
  readonly consoleLog: string
  /** A file with the state to go on from, as QEMU has saved it. */
  readonly restoreFrom?: string
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
    ...['-accel', 'tcg,tb-size=128', '-machine', machineType(options.media)],
    ...['-m', `${memory_mb}`, '-smp', '1'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'std'],
    ...['-rtc', 'base=utc,clock=host'],
    ...['-chardev', `socket,id=control,path=${sockets.control}`],
    ...['-mon', 'chardev=control,mode=control'],
    ...serialArguments(options),
    ...smbiosArguments(director),
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
    ...(options.restoreFrom === undefined ? [] : ['-incoming', `exec:cat ${options.restoreFrom}`]),
  ]
}

/** The USB serial adapter (an FTDI one) at whose other end the heartbeat's line is. */
export const ADAPTER = {
  driver: 'usb-serial',
  id: 'adapter',
  chardev: 'heartbeat',
  bus: 'adapters.0',
} as const

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

function serialArguments(options: QemuOptions): readonly string[] {
  const { watch } = options.sockets
  const ports = [...portArguments(options)]
  if (options.director.hasAdapter) ports.unshift(...adapterArguments(options.sockets))
  if (watch !== undefined) {
    ports.push('-chardev', `socket,id=watch,path=${watch}`, '-serial', 'chardev:watch')
  }
  return ports.includes('-serial') ? ports : ['-serial', 'none', ...ports]
}

const adapterArguments = ({ heartbeat }: MachineSockets): readonly string[] => [
  ...['-chardev', `socket,id=${ADAPTER.chardev},path=${heartbeat}`],
  ...['-device', 'qemu-xhci,id=adapters'],
  ...[
    '-device',
    `${ADAPTER.driver},id=${ADAPTER.id},chardev=${ADAPTER.chardev},bus=${ADAPTER.bus}`,
  ],
]

function portArguments({ director, sockets, consoleLog }: QemuOptions): readonly string[] {
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

// A comma in a value is doubled: QEMU's manual, -smbios.
function smbiosArguments({ dmiSerial }: DirectorPlan): readonly string[] {
  if (dmiSerial === undefined) return []
  return ['-smbios', `type=1,serial=${dmiSerial.replaceAll(',', ',,')}`]
}

// iPXE for BIOS knows the screen alone: its words come to the serial port by the firmware, as with
// the console redirection of a BMC.
function machineType({ kind, uefi }: BootMedia): string {
  return kind === 'network' && uefi === undefined ? 'pc,graphics=off' : 'pc'
}

// Only the card that the machine boots from has a loader. The BIOS runs one that is of the card's
// own PCI id, which for iPXE's is the id of a virtio card without the old interface.
function romArguments(media: BootMedia, nic: NicPlan): readonly string[] {
  if (media.kind !== 'network' || media.network !== nic.network) return ['romfile=']
  switch (media.by.kind) {
    case 'card':
      return [`romfile=${media.by.rom}`, 'bootindex=1', 'disable-legacy=on']
    case 'plain':
      return ['romfile=']
    case 'uefi':
      return ['romfile=', 'bootindex=1']
  }
}

function bootArguments(media: BootMedia): readonly string[] {
  const program = media.uefi === undefined ? [] : ['-bios', media.uefi]
  switch (media.kind) {
    case 'iso':
      return [
        ...program,
        ...['-drive', `file=${media.iso},format=raw,media=cdrom,readonly=on,if=ide`],
        ...['-boot', 'd'],
        ...diskArguments(media.disks ?? []),
      ]
    case 'flash':
      return [...program, ...diskArguments(media.disks)]
    case 'netboot':
      return [
        ...program,
        ...['-kernel', media.kernel, '-initrd', media.initramfs],
        ...['-append', media.commandLine],
      ]
    case 'network':
      return [...program, ...networkArguments(media.by), ...diskArguments(media.disks ?? [])]
  }
}

function networkArguments(by: NetworkFirmware): readonly string[] {
  switch (by.kind) {
    case 'card':
      return []
    case 'plain':
      return ['-kernel', by.kernel, '-initrd', by.script]
    case 'uefi':
      return by.protocol === 'http' ? HTTP_ALONE : []
  }
}

// OVMF tries PXE by IPv4 and IPv6 first, for a minute and more, unless it is told not to.
const HTTP_ALONE = ['IPv4PXESupport', 'IPv6PXESupport'].flatMap(name => [
  '-fw_cfg',
  `name=opt/org.tianocore/${name},string=n`,
])
