/** `board/<name>/board.yaml`: what is true of one kind of hardware. */
export interface Board {
  readonly name: string
  readonly description: string
  readonly architecture: 'x86_64'
  readonly console: { readonly port: string; readonly baud: number }
  /** Every serial port that the board has, for the check of a heartbeat port. */
  readonly serial_ports: readonly string[]
  /** Kernel modules for this board's hardware, by name; their dependencies follow by themselves. */
  readonly modules: readonly string[]
  /** Firmware files that those drivers need, opt-in: package name to paths under lib/firmware. */
  readonly firmware: readonly { readonly package: string; readonly paths: readonly string[] }[]
  readonly boot: readonly ('bios' | 'uefi')[]
}
