import test from 'ava'
import { planLab } from '../../src/lab/plan.ts'
import { nginxConfig } from '../../src/lab/web-server.ts'
import { pairOf, service } from '../support/pair.ts'

test('a real server answers with its own name on every port of its services', t => {
  const services = [service({}), service({ name: 'more', port: 8080 })]
  const station = planLab(pairOf({ services })).stations.find(({ name }) => name === 'real2')
  t.truthy(station)
  if (station === undefined) return
  const config = nginxConfig(station, '/run/lab/real2')
  t.regex(config, /listen 0\.0\.0\.0:80; .*return 200 "real2\\n"/)
  t.regex(config, /listen 0\.0\.0\.0:8080; .*return 200 "real2\\n"/)
})

test('a real server writes only to the folder of its run and stays in the foreground', t => {
  const station = planLab(pairOf()).stations.find(({ name }) => name === 'real1')
  t.truthy(station)
  if (station === undefined) return
  const config = nginxConfig(station, '/run/lab/real1')
  const paths = config.match(/ \/[\w/.-]+;/g) ?? []
  t.true(paths.length > 5)
  t.deepEqual(
    paths.filter(path => !path.startsWith(' /run/lab/real1/')),
    [],
  )
  t.regex(config, /^daemon off;$/m)
  t.regex(config, /^master_process off;$/m)
})
