// A squarified treemap: Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000.

/** A rectangle, from its upper left corner. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Divides a rectangle among values so that every part has the area of its value and is as square
 * as can be.
 *
 * @param values above 0, the largest first
 * @returns a rectangle a value, in the same order
 */
export function divide(values: readonly number[], box: Box): Box[] {
  const sum = values.reduce((total, value) => total + value, 0)
  const scale = (box.width * box.height) / sum
  const areas = values.map(value => value * scale)
  const boxes: Box[] = []
  let free = box
  for (let start = 0; start < areas.length; ) {
    const side = Math.min(free.width, free.height)
    let end = start + 1
    while (
      end < areas.length &&
      isBetter(areas.slice(start, end + 1), areas.slice(start, end), side)
    )
      end += 1
    const row = areas.slice(start, end)
    boxes.push(...layRow(row, free))
    free = withoutRow(row, free)
    start = end
  }
  return boxes
}

/** Whether a row with one more is less oblong at its worst. */
function isBetter(longer: readonly number[], row: readonly number[], side: number): boolean {
  return worst(longer, side) <= worst(row, side)
}

function worst(row: readonly number[], side: number): number {
  const sum = row.reduce((total, area) => total + area, 0)
  const depth = sum / side
  return Math.max(...row.map(area => Math.max(area / depth / depth, (depth * depth) / area)))
}

function layRow(row: readonly number[], { x, y, width, height }: Box): Box[] {
  const sum = row.reduce((total, area) => total + area, 0)
  const isColumn = width >= height
  const depth = sum / (isColumn ? height : width)
  let at = isColumn ? y : x
  return row.map(area => {
    const length = area / depth
    const here = at
    at += length
    return isColumn
      ? { x, y: here, width: depth, height: length }
      : { x: here, y, width: length, height: depth }
  })
}

function withoutRow(row: readonly number[], { x, y, width, height }: Box): Box {
  const sum = row.reduce((total, area) => total + area, 0)
  if (width >= height) {
    const depth = sum / height
    return { x: x + depth, y, width: Math.max(0, width - depth), height }
  }
  const depth = sum / width
  return { x, y: y + depth, width, height: Math.max(0, height - depth) }
}
