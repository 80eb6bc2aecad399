/** The settings that GRUB reads before its menu: where it talks, and the kernel after it. */
export function loaderSettings(
  { port, baud }: { readonly port: string; readonly baud: number },
  consoleArguments: string,
): string {
  // GRUB numbers the PC's serial ports as Linux does and has no driver for others.
  const unit = ['ttyS0', 'ttyS1', 'ttyS2', 'ttyS3'].indexOf(port)
  return [
    `set serial_unit="${unit < 0 ? '' : unit}"`,
    `set serial_speed="${baud}"`,
    `set console_args="${consoleArguments}"`,
    '',
  ].join('\n')
}

/** The settings filled up to the length of their region. */
export const fillSettings = (text: string, length: number): string =>
  `${text.padEnd(length - 1, '#')}\n`
