// Appends events to a Hypercore, so many at a time, and says how long each took.
// Arguments: the folder of the package, the folder of the core, clients, warm-up and counted time in milliseconds.
// Standard input: one event a line. Standard output: {"events": in all, "micros": [of those counted]}.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const [packages, folder, clients, warmUp, time] = process.argv.slice(2)
const Hypercore = createRequire(packages + '/')('hypercore')

const bodies = []
for await (const line of createInterface({ input: process.stdin })) bodies.push(Buffer.from(line))

const core = new Hypercore(folder)
await core.ready()
const from = performance.now() + Number(warmUp)
const to = from + Number(time)
const micros = []
let events = 0

async function client () {
  while (performance.now() < to) {
    const began = performance.now()
    await core.append(bodies[events++ % bodies.length])
    const ended = performance.now()
    if (ended > from && ended <= to) micros.push(Math.round(1000 * (ended - began)))
  }
}

await Promise.all(Array.from({ length: Number(clients) }, client))
if (core.length !== events) throw new Error(`${core.length} blocks of ${events} appended`)
await core.close()
process.stdout.write(JSON.stringify({ events, micros }))
