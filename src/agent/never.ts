/** Our own bug: a case that the types rule out was reached. The agent demotes and exits on it. */
export function never(value: never): never {
  throw new Error(`reached a case that cannot be: ${JSON.stringify(value)}`)
}

/** Our own bug, said where it shows. Asserts stay on in the ELF. */
export function assert(held: boolean, what: string): asserts held {
  if (!held) throw new Error(`assertion failed: ${what}`)
}

/** The element that must be there; a missing one is our own bug. */
export function item<Element>(list: readonly Element[], index: number): Element {
  const element = list[index]
  // No assert: its words would be put together each time.
  if (element === undefined) throw new Error(`no element ${index} of ${list.length}`)
  return element
}
