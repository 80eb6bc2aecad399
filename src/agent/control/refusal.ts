/** The answer to what cannot be answered. */
export interface Refusal {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly expected: string
    readonly found: string
  }
}

/** A refusal in the one shape that all have. */
export const refusal = (
  code: string,
  message: string,
  expected: string,
  found: string,
): Refusal => ({ error: { code, message, expected, found } })
