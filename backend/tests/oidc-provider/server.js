// An OpenID provider for tests: oidc-provider, with people who need no password, and a desk where tokens are forged.
//
// Settings come as JSON in the first argument:
//   port       where to listen; 0 for any port that is free
//   keys       private keys (JWK) to sign with; new ones where nothing is said
//   roles      what each account has, such as {"admin": ["admin"]}
//   rolesIn    "id_token" (default) or "userinfo"
//   redirectTo where the client `dashboard` is sent back to
// The first line that is printed is JSON: {"issuer", "keys"}.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { Provider } from 'oidc-provider'

const settings = JSON.parse(process.argv[2] ?? '{}')
const roles = settings.roles ?? {}
const keys = settings.keys ?? [newKey('RS256', 'rsa', { modulusLength: 2048 }), newKey('ES256', 'ec', { namedCurve: 'P-256' })]

function newKey(alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options)
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomUUID() }
}

// The issuer holds the port, so that one comes first.
const server = createServer((request, response) => void answer(request, response))
server.listen(settings.port ?? 0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`

const userinfo = settings.rolesIn === 'userinfo'
const provider = new Provider(issuer, {
  jwks: { keys },
  cookies: { keys: [randomUUID()] },
  clients: [
    {
      client_id: 'dashboard',
      client_secret: 'dashboard-secret',
      redirect_uris: [settings.redirectTo ?? 'http://api.localhost/api/auth/callback'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
    // Each account is a program as well, which gets tokens without a browser.
    ...Object.keys(roles).map((id) => ({
      client_id: id,
      client_secret: `${id}-secret`,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
    })),
  ],
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId, roles: roles[accountId] }) }),
  claims: { openid: ['sub'], profile: ['roles'] },
  // Whether claims of scopes are only in userinfo, as the standard has it, or in the ID token too.
  conformIdTokenClaims: userinfo,
  extraTokenClaims: (_, token) => (roles[token.clientId] === undefined ? undefined : { roles: roles[token.clientId] }),
  pkce: { required: () => true },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'api',
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
})
const ours = provider.callback()
let askedForKeys = 0

async function answer(request, response) {
  const { pathname } = new URL(request.url, issuer)
  if (pathname === '/jwks') askedForKeys += 1
  if (pathname === '/test/asked-for-keys') return void response.end(String(askedForKeys))
  if (pathname === '/test/forge') return void response.end(forge(JSON.parse(await read(request))))
  if (pathname.startsWith('/interaction/')) return void (await interact(request, response))
  ours(request, response)
}

async function read(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** Whoever the browser says it is signs in and agrees to everything; `nobody` declines. */
async function interact(request, response) {
  const accountId = request.headers['x-account']
  const { params } = await provider.interactionDetails(request, response)
  if (accountId === 'nobody') return provider.interactionFinished(request, response, { error: 'access_denied' })
  const grant = new provider.Grant({ accountId, clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  const consent = { grantId: await grant.save() }
  return provider.interactionFinished(request, response, { login: { accountId }, consent })
}

/** A token as it is wanted, right or wrong: {alg, kid?, claims}. */
function forge({ alg, kid, claims }) {
  const key = keys.find((key) => key.alg === alg) ?? keys[0]
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ typ: 'JWT', alg, kid: kid ?? key.kid })}.${part(claims)}`
  return `${signed}.${signature(alg, key, signed)}`
}

function signature(alg, jwk, text) {
  if (alg === 'none') return ''
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  // The trick with the public key as a shared secret.
  if (alg === 'HS256') {
    return createHmac('sha256', createPublicKey(key).export({ type: 'spki', format: 'pem' })).update(text).digest('base64url')
  }
  return sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

console.log(JSON.stringify({ issuer, keys }))
