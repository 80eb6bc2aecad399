/** A disk of a machine. */
export interface LabDisk {
  /** A raw image; or a size, for a disk of zeros that keeps nothing of what is written to it. */
  readonly image: string | { readonly forgets_bytes: number }
  readonly bus: DiskBus
  /** Its place in the order in which the firmware tries to start; absent: never. */
  readonly bootIndex?: number
  /** Of a disk on virtio: the size of its blocks; absent: 512. */
  readonly blockBytes?: 4096
}

export const DISK_BUSES = ['virtio', 'ahci', 'nvme', 'usb', 'mmc'] as const
export type DiskBus = (typeof DISK_BUSES)[number]

/** The arguments of QEMU for the disks of a machine. */
export function diskArguments(disks: readonly LabDisk[]): readonly string[] {
  return disks.flatMap(({ blockBytes, bootIndex, bus, image }, index) => {
    const name = `disk${index}`
    const boot = bootIndex === undefined ? '' : `,bootindex=${bootIndex}`
    const more = `${boot}${blockBytes === undefined ? '' : blocksOf(blockBytes)}`
    return [...backing(image, name), ...device(bus, name, more)]
  })
}

const blocksOf = (bytes: number) => `,logical_block_size=${bytes},physical_block_size=${bytes}`

function backing(image: LabDisk['image'], name: string): readonly string[] {
  if (typeof image === 'string') return ['-drive', `if=none,id=${name},file=${image},format=raw`]
  const { forgets_bytes } = image
  return ['-blockdev', `driver=null-co,node-name=${name},size=${forgets_bytes},read-zeroes=on`]
}

// Every disk has a bus of its own, so that any number of them goes together.
function device(bus: DiskBus, name: string, more: string): readonly string[] {
  switch (bus) {
    case 'virtio':
      return ['-device', `virtio-blk-pci,drive=${name}${more}`]
    case 'ahci':
      return [
        ...['-device', `ahci,id=${name}-bus`],
        ...['-device', `ide-hd,drive=${name},bus=${name}-bus.0${more}`],
      ]
    case 'nvme':
      return ['-device', `nvme,drive=${name},serial=${name}${more}`]
    case 'usb':
      return [
        ...['-device', `qemu-xhci,id=${name}-bus`],
        ...['-device', `usb-storage,drive=${name},bus=${name}-bus.0${more}`],
      ]
    case 'mmc':
      // QEMU gives a card no place in the order: it starts when nothing else does. A reader's bus
      // has a name that is not its own, so there is one card at most.
      return ['-device', 'sdhci-pci', '-device', `sd-card,drive=${name}`]
  }
}
