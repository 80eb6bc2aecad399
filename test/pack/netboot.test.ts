import { readFileSync } from 'node:fs'
import test from 'ava'
import { load } from '../../src/model/cluster.ts'
import type { NodeConfig } from '../../src/model/node-config.ts'
import { resolve } from '../../src/model/resolve.ts'
import { bootScript, dnsmasqConfig } from '../../src/pack/netboot.ts'

const CONSOLE = { port: 'ttyS0', baud: 115_200 }
const template = (name: string) => readFileSync(`images/netboot/${name}`, 'utf8')
const nodes = async () => resolve(await load('examples/pair/cluster.yaml'))

const byName = (node: NodeConfig): NodeConfig => ({
  ...node,
  interfaces: node.interfaces.map(entry => ({ ...entry, match: { name: entry.name } })),
})

test('the script sends every MAC address of a node to that node', async t => {
  const script = bootScript(template('boot.ipxe'), 'pair', await nodes(), CONSOLE)
  for (const [mac, name] of [
    ['52:54:00:d1:01:01', 'lb1'],
    ['52:54:00:d1:02:03', 'lb2'],
  ]) {
    t.true(script.includes(`iseq \${net0/mac} ${mac} && set node ${name} && goto boot ||\n`))
  }
  t.regex(script, /^#!ipxe\n/)
  t.regex(script, /^item lb1 lb1\nitem lb2 lb2$/m)
  t.regex(script, /console=tty0 console=ttyS0,115200n8/)
  t.regex(script, /loglevel=4 panic=10 cryptomgr.notests/)
  // What is fetched is given up when it stalls, and known to be for this node.
  t.is(script.match(/^(kernel|initrd) --timeout 20000 .*\|\| goto failed$/gm)?.length, 6)
  t.regex(script, /^kernel .* \$\{node_args\} \|\|/m)
  t.regex(script, /^set node_args director\.node=\$\{node\} director\.retry_s=30$/m)
  t.notRegex(script, /\{\{/)
})

test('the script brings what is installed only to a machine that is to install', async t => {
  const script = bootScript(template('boot.ipxe'), 'pair', await nodes(), CONSOLE)
  const [, optional = ''] =
    /^isset \$\{install\} \|\| goto start\n(.*)^:start$/ms.exec(script) ?? []
  // What was told before is not asked for again: && and || of iPXE go from left to right.
  t.regex(
    script,
    /^isset \$\{install\} && goto told \|\|\nprompt .* && set install ask \|\|\n:told$/m,
  )
  t.regex(optional, /^initrd .*install\.img /m)
  t.regex(optional, /vmlinuz install\/vmlinuz mode=600/)
  t.regex(optional, /initramfs\.zst install\/initramfs\.zst mode=600/)
  t.regex(script, /^isset \$\{install\} && set node_args .* director\.install=\$\{install\} \|\|$/m)
})

test('the script knows a node by the serial number of its machine, too, if that is a word', async t => {
  const withSerial = (dmi_serial: string) => async () =>
    (await nodes()).map(node => byName({ ...node, node: { ...node.node, dmi_serial } }))
  const script = async (serial: string) =>
    bootScript(template('boot.ipxe'), 'pair', await withSerial(serial)(), CONSOLE)
  t.regex(
    await script('CZJ8040D7W'),
    /^isset \$\{serial\} && iseq \$\{serial\} CZJ8040D7W && set node lb1 && goto boot \|\|$/m,
  )
  t.notRegex(await script('CZJ 80'), /\$\{serial\}/)
})

test('dnsmasq is told what to give the machines of the cluster, and nothing of others', async t => {
  const text = dnsmasqConfig(template('dnsmasq.conf'), 'pair', await nodes())
  const hosts = text.split('\n').filter(line => line.startsWith('dhcp-host='))
  t.is(hosts.length, 2)
  t.regex(hosts[0] ?? '', /52:54:00:d1:01:01,.*set:director,lb1$/)
  const told = text.split('\n').filter(line => /^(dhcp-(boot|option)|tag-if)/.test(line))
  t.is(told.length, 8)
  for (const line of told) t.regex(line, /tag:director/)
})

test('a node without a MAC address in the cluster file is left to the menu', async t => {
  const configs = (await nodes()).map(byName)
  const script = bootScript(template('boot.ipxe'), 'pair', configs, CONSOLE)
  t.notRegex(script, /iseq \$\{net/)
  t.regex(script, /^item lb1 lb1$/m)
  const text = dnsmasqConfig(template('dnsmasq.conf'), 'pair', configs)
  t.regex(text, /^# lb1: the cluster file gives no MAC address$/m)
})
