/** director-setup. */
export function runSetup(): never {
  return host.exit(1)
}
