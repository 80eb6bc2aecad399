/** The status for a person. */
export function renderStatus(status: unknown): string {
  return `${JSON.stringify(status, undefined, 2)}\n`
}
