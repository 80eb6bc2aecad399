import { parseAddress, parsePrefix } from './ip.ts'
import { parseIpv4 } from './ipv4.ts'

/**
 * The text formats that node.schema.json names, by name.
 *
 * Pure and without regular expressions: ajv uses them here, the agent there.
 */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: text => parseIpv4(text) !== undefined,
  ip: text => parseAddress(text) !== undefined,
  'ip-prefix': text => parsePrefix(text) !== undefined,
  'route-destination': text => text === 'default' || parsePrefix(text) !== undefined,
  mac: isMac,
  'pci-address': isPciAddress,
  'interface-name': text =>
    isMadeOf(text, 15, isInterfaceCharacter) && text !== '.' && text !== '..',
  'node-name': text => isMadeOf(text, 63, isNameCharacter) && isSmallLetter(text.charCodeAt(0)),
  'serial-port': text => isMadeOf(text, 15, isAlphanumeric) && text.startsWith('tty'),
  'dmi-serial': text => isMadeOf(text, 64, isPrintable) && text.trim() === text,
  sha256: text => text.length === 64 && isMadeOf(text, 64, isHexDigit),
}

type CharacterTest = (code: number) => boolean

const isDigit: CharacterTest = code => code >= 48 && code <= 57
const isSmallLetter: CharacterTest = code => code >= 97 && code <= 122
const isHexDigit: CharacterTest = code => isDigit(code) || (code >= 97 && code <= 102)
const isAlphanumeric: CharacterTest = code =>
  isDigit(code) || isSmallLetter(code) || (code >= 65 && code <= 90)
const isNameCharacter: CharacterTest = code => isDigit(code) || isSmallLetter(code) || code === 45
// Letters, digits, hyphen, dot, underscore: a part of what dev_valid_name() in the kernel allows.
const isInterfaceCharacter: CharacterTest = code =>
  isAlphanumeric(code) || code === 45 || code === 46 || code === 95

// Of ASCII, without what a loader's script would read as its own: " $ \\ `
const isPrintable: CharacterTest = code =>
  code >= 32 && code <= 126 && code !== 34 && code !== 36 && code !== 92 && code !== 96

function isMadeOf(text: string, length_max: number, test: CharacterTest): boolean {
  if (text.length === 0 || text.length > length_max) return false
  for (let index = 0; index < text.length; index += 1) {
    if (!test(text.charCodeAt(index))) return false
  }
  return true
}

// 52:54:00:d1:01:01, small letters.
function isMac(text: string): boolean {
  return matchesTemplate(text, 'hh:hh:hh:hh:hh:hh')
}

// 0000:00:03.0, as in /sys/bus/pci/devices.
function isPciAddress(text: string): boolean {
  return (
    matchesTemplate(text, 'hhhh:hh:hh.h') && text.charCodeAt(8) <= 49 && text.charCodeAt(11) <= 55
  )
}

// h stands for a hexadecimal digit in small letters, anything else for itself.
function matchesTemplate(text: string, template: string): boolean {
  if (text.length !== template.length) return false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    const wanted = template.charCodeAt(index)
    if (wanted === 104 ? !isHexDigit(code) : code !== wanted) return false
  }
  return true
}
