/** Runs something while fields of a rule or the like are other ones; afterwards it is as before. */
export function changing<Element extends object, Result>(
  element: Element,
  changes: Partial<Element>,
  run: () => Result,
): Result {
  const before = { ...element }
  Object.assign(element, changes)
  try {
    return run()
  } finally {
    Object.assign(element, before)
  }
}
