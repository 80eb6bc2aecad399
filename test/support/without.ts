/** Runs something while an element is missing from a list, which is whole again afterwards. */
export function without<Element, Result>(
  list: readonly Element[],
  element: Element,
  run: () => Result,
): Result {
  const changed = list as Element[]
  const at = changed.indexOf(element)
  changed.splice(at, 1)
  try {
    return run()
  } finally {
    changed.splice(at, 0, element)
  }
}
