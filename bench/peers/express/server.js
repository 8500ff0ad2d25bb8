// The list, get and create routes of the API as one would write them with Express and pg: the same schema, the same rules in the same
// transactions, the same answers, a line of log for each request. It leaves out what costs it nothing to leave out here: other filters
// and orders, pages after the first, repeated requests, who calls by IPv6.
import { randomUUID } from 'node:crypto'
import express from 'express'
import pg from 'pg'

const limits = { perUser: 1_000_000, perIp: 1_000_000, live: 1_000_000 }
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const columns = `id, name, engine, wanted_version, owner, created_at, phase, reason, message, version, url, admin_url, queue_position,
                 provisioning_started_at, ready_at, last_visit_at, idle_deletion_at, timeline, deleted_at`

const view = (row) => ({
  id: row.id,
  name: row.name,
  engine: row.engine,
  version: row.version ?? row.wanted_version,
  status: row.phase,
  reason: row.reason,
  message: row.message,
  queuePosition: row.queue_position,
  url: row.url ?? `http://store-${row.id}.localhost`,
  adminUrl: row.admin_url,
  owner: row.owner,
  createdAt: row.created_at,
  provisioningStartedAt: row.provisioning_started_at,
  readyAt: row.ready_at,
  lastVisitAt: row.last_visit_at,
  idleDeletionAt: row.idle_deletion_at,
  timeline: row.timeline,
})

class Problem extends Error {
  constructor(status, code, detail) {
    super(detail)
    Object.assign(this, { status, code })
  }
}

const app = express()
app.disable('x-powered-by')
app.set('trust proxy', 'loopback')
app.use(express.json({ limit: '16kb' }))
app.get('/api/health', async (_request, response) => {
  await pool.query('select 1')
  response.json({ state: 'ok' })
})

app.use((request, response, next) => {
  request.id = request.get('x-request-id') ?? randomUUID()
  response.set('x-request-id', request.id)
  request.user = request.get('x-user-id')
  const begin = performance.now()
  response.on('finish', () => {
    const { method, path: route, ip, user, id } = request
    const line = { timestamp: new Date(), level: 'INFO', message: 'request', method, route, status: response.statusCode, ip, user, id }
    process.stdout.write(`${JSON.stringify({ ...line, duration_ms: performance.now() - begin })}\n`)
  })
  if (!request.user) throw new Problem(401, 'unauthenticated', 'Send the header x-user-id.')
  next()
})

app.get('/api/stores', async (request, response) => {
  const limit = Number(request.query.limit ?? 50)
  const client = await pool.connect()
  try {
    const counted = await client.query({
      name: 'count',
      text: 'select phase, count(*) from stores where deleted_at is null and owner = $1 group by phase',
      values: [request.user],
    })
    const found = await client.query({
      name: 'list',
      text: `select ${columns} from stores where deleted_at is null and owner = $1 order by created_at desc, id desc limit $2`,
      values: [request.user, limit + 1],
    })
    const counts = Object.fromEntries(counted.rows.map((row) => [row.phase, Number(row.count)]))
    const items = found.rows.slice(0, limit).map(view)
    const last = items.at(-1)
    const next = { sort: { key: 'CreatedAt', descending: true }, after: { CreatedAt: last?.createdAt }, id: last?.id }
    response.json({
      items,
      nextCursor: found.rows.length > limit ? Buffer.from(JSON.stringify(next)).toString('base64url') : null,
      total: Object.values(counts).reduce((sum, count) => sum + count, 0),
      counts,
    })
  } finally {
    client.release()
  }
})

app.get('/api/stores/:id', async (request, response) => {
  const found = await pool.query({
    name: 'get',
    text: `select ${columns} from stores where id = $1 and owner = $2`,
    values: [request.params.id, request.user],
  })
  const [row] = found.rows
  if (row === undefined || row.deleted_at !== null) throw new Problem(404, 'store_not_found', 'You have no store with this id.')
  response.json(view(row))
})

const namePattern = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._,'&+-]{0,62}$/u

app.post('/api/stores', async (request, response) => {
  const { name, engine } = request.body ?? {}
  if (typeof name !== 'string' || !namePattern.test(name)) throw new Problem(422, 'validation_failed', 'name')
  if (typeof engine !== 'string' || !/^[\w.-]{1,63}$/.test(engine)) throw new Problem(422, 'validation_failed', 'engine')
  const [id, now, ip, owner] = [randomUUID(), new Date(), request.ip.replace('::ffff:', ''), request.user]
  const client = await pool.connect()
  try {
    const run = (name, text, values) => client.query({ name, text, values })
    await client.query('begin')
    await run('lock-user', "select pg_advisory_xact_lock(hashtextextended('creations by ' || $1, 0))", [owner])
    await run('lock-ip', "select pg_advisory_xact_lock(hashtextextended('creations from ' || $1, 0))", [ip])
    const usage = await run(
      'usage',
      `select array(select created_at from stores where owner = $1 and origin = 'api' and created_at > $3
                    order by created_at desc limit $4) as by_user,
              array(select created_at from stores where created_ip = $2::inet and origin = 'api' and created_at > $3
                    order by created_at desc limit $5) as by_ip,
              (select count(*) from stores where owner = $1 and deleted_at is null and deletion_requested_at is null) as live`,
      [owner, ip, new Date(now - 3_600_000), limits.perUser, limits.perIp],
    )
    const [{ by_user: byUser, by_ip: byIp, live }] = usage.rows
    if (byUser.length >= limits.perUser || byIp.length >= limits.perIp) throw new Problem(429, 'user_creation_rate_exceeded', 'Later.')
    if (Number(live) >= limits.live) throw new Problem(409, 'store_limit_reached', 'Delete one first.')
    const inserted = await run(
      'insert',
      `insert into stores (id, name, engine, wanted_version, owner, origin, created_at, created_ip, phase, reason, message)
       values ($1, $2, $3, null, $4, 'api', $5, $6::inet, 'Queued', 'Accepted', 'Accepted; about to be handed to the cluster.')
       returning ${columns}`,
      [id, name, engine, owner, now, ip],
    )
    await run('order', "insert into outbox (store_id, action, created_at, next_attempt_at) values ($1, 'apply', $2, $2)", [id, now])
    await run(
      'audit',
      `insert into audit_log (at, actor, action, store_id, ip, request_id, result, detail)
       values ($1, $2, 'store.create', $3, $4::inet, $5, 'accepted', null)`,
      [now, owner, id, ip, request.id],
    )
    await client.query('commit')
    response.status(202).location(`/api/stores/${id}`).json(view(inserted.rows[0]))
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
})

app.use((error, request, response, _next) => {
  const { status = 500, code = 'internal', message } = error
  response.status(status).type('application/problem+json').send(JSON.stringify({ status, code, detail: message, requestId: request.id }))
})

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
