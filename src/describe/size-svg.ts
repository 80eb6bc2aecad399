import type { FileSize, SizeReport } from './size.ts'
import { type Box, divide } from './treemap.ts'

const WIDTH = 1200
const HEIGHT = 760
const HEAD = 40
const TITLE_HEIGHT = 18
const GAP = 2
// Letters of the sans-serif fonts are about this wide at 12 px.
const LETTER = 6.7

// Colours that are told apart by people who see them differently, too (Okabe and Ito, lighter).
const COLOURS = ['#9ecae9', '#f6c98f', '#a5d8bf', '#f2b0a8', '#cdb7e0', '#e6dc8c', '#c8c8c8']

/** A size report as a picture: a field a package, in it one a file, areas as the bytes. */
export function sizeSvg({ file, bytes, packages, files }: SizeReport): string {
  const shown = packages.filter(({ stored }) => stored > 0)
  const place = { x: 0, y: HEAD, width: WIDTH, height: HEIGHT - HEAD }
  const boxes = divide(
    shown.map(({ stored }) => stored),
    place,
  )
  const fields = shown.map(({ name, version, stored }, index) => {
    const own = files.filter(one => one.from === name && one.stored > 0)
    const title = version === undefined ? name : `${name} ${version}`
    const colour = COLOURS[index % COLOURS.length] ?? ''
    const field = { title, colour, stored, share: stored / bytes }
    return packageField(field, own, inset(boxes[index] as Box))
  })
  const total = `${escaped(file)}: ${grouped(bytes)} bytes`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="8" y="26" font-size="18">${total}</text>`,
    ...fields,
    '</svg>',
    '',
  ].join('\n')
}

interface Field {
  readonly title: string
  readonly colour: string
  readonly stored: number
  readonly share: number
}

function packageField(field: Field, files: readonly FileSize[], box: Box): string {
  const { title, colour, stored, share } = field
  const text = `${title}: ${grouped(stored)} bytes, ${(share * 100).toFixed(1)} %`
  const hasTitle = box.height > TITLE_HEIGHT * 2 && box.width > 60
  const inner = hasTitle
    ? { ...box, y: box.y + TITLE_HEIGHT, height: box.height - TITLE_HEIGHT }
    : box
  const boxes = divide(
    files.map(one => one.stored),
    inner,
  )
  return [
    `<g><title>${escaped(text)}</title>${rectangle(box, colour, '#555555')}`,
    hasTitle ? label(text, { ...box, height: TITLE_HEIGHT }, 'bold') : '',
    ...files.map((one, index) => fileField(one, boxes[index] as Box, colour)),
    '</g>',
  ]
    .filter(line => line !== '')
    .join('\n')
}

function fileField({ path, stored, raw }: FileSize, box: Box, colour: string): string {
  const text = `${path}: ${grouped(stored)} bytes, unpacked ${grouped(raw)}`
  // What is smaller than a dot is in its package's area all the same.
  if (box.width < 1.5 || box.height < 1.5) return ''
  const name = path.slice(path.lastIndexOf('/') + 1)
  const own = box.height > 14 && box.width > 30 ? label(name, box, 'normal') : ''
  const title = `<title>${escaped(text)}</title>`
  return `<g>${title}${rectangle(inset(box, 0.5), colour, '#ffffff')}${own}</g>`
}

function label(text: string, { x, y, width, height }: Box, weight: 'bold' | 'normal'): string {
  const letters = Math.floor((width - 8) / (weight === 'bold' ? LETTER * 1.1 : LETTER))
  if (letters < 3) return ''
  const cut = text.length > letters ? `${text.slice(0, letters - 1)}…` : text
  const at = `x="${fixed(x + 4)}" y="${fixed(y + Math.min(13, height - 3))}"`
  return `<text ${at} font-size="12" font-weight="${weight}">${escaped(cut)}</text>`
}

function rectangle({ x, y, width, height }: Box, fill: string, stroke: string): string {
  const place = `x="${fixed(x)}" y="${fixed(y)}" width="${fixed(width)}" height="${fixed(height)}"`
  return `<rect ${place} fill="${fill}" stroke="${stroke}"/>`
}

function inset({ x, y, width, height }: Box, by = GAP): Box {
  const room = (length: number) => Math.max(0, length - 2 * by)
  return { x: x + by, y: y + by, width: room(width), height: room(height) }
}

const fixed = (value: number) => value.toFixed(1)

const grouped = (bytes: number) => String(bytes).replace(/\B(?=(\d{3})+$)/g, '\u202f')

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const escaped = (text: string) => text.replace(/[&<>]/g, letter => ENTITIES[letter] ?? '')
