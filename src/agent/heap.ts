/** A binary heap of things with a time: the earliest first, equal ones in the order of `seq`. */

export interface Timed {
  readonly at: number
  readonly seq: number
}

const isBefore = (left: Timed, right: Timed) =>
  left.at < right.at || (left.at === right.at && left.seq < right.seq)

/** Adds an element where its time wants it. */
export function pushHeap<Element extends Timed>(heap: Element[], element: Element): void {
  let index = heap.length
  heap.push(element)
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (above === undefined || !isBefore(element, above)) break
    heap[index] = above
    index = parent
  }
  heap[index] = element
}

/** Removes and returns the earliest element. */
export function popHeap<Element extends Timed>(heap: Element[]): Element | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || heap.length === 0) return first
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    let smaller = heap[child]
    if (smaller === undefined) break
    const right = heap[child + 1]
    if (right !== undefined && isBefore(right, smaller)) {
      child += 1
      smaller = right
    }
    if (!isBefore(smaller, last)) break
    heap[index] = smaller
    index = child
  }
  heap[index] = last
  return first
}
