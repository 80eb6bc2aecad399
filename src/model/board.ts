// Written by `npm run generate` from src/model/board.schema.json; do not edit.

/** `board/<name>/board.yaml`: what is true of one kind of hardware. */
export interface Board {
  /** The name of the folder. */
  readonly name: string
  /** What hardware it is. */
  readonly description: string
  /** Of the processor. */
  readonly architecture: 'x86_64'
  /** The serial port on which loader and kernel talk. */
  readonly console: {
    /** The name under /dev, without the folder. */
    readonly port: string
    /** Line speed. Unit: bit/s. */
    readonly baud: number
  }
  /** Every serial port that the board has. */
  readonly serial_ports: readonly string[]
  /** For the hardware of this board, by name; their dependencies follow by themselves. */
  readonly modules: readonly string[]
  /** Firmware files that those drivers need, opt-in. */
  readonly firmware: readonly {
    /** Name of the package. */
    readonly package: string
    /** Under lib/firmware. */
    readonly paths: readonly string[]
  }[]
  /** How the firmware of the board starts a loader. */
  readonly boot: readonly ('bios' | 'uefi')[]
}
