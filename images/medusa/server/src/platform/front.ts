/**
 * What answers on the store's one port: probes, the storefront and the admin's files by itself, and everything below
 * Medusa's own paths by Medusa. It listens before Medusa is started, so that a starting store can say so.
 */
import express, { type Express, type NextFunction, type Request, type Response } from "express"
import sirv from "sirv"
import type { OpenStore } from "./open"
import type { PageRenderer } from "./page"
import { visits } from "./visits"

export interface FrontOptions {
  storefrontFiles: string
  adminFiles: string
  publicUploads: string
  /** Who else may show the storefront in a frame. */
  dashboardOrigin: string | undefined
  /** The store once it is open; until then every page says that it is starting. */
  store: () => OpenStore | undefined
}

const MEDUSA_PATHS = /^\/(admin|auth|store|hooks|static)(\/|$)/
const YEAR_SECONDS = 31_536_000

export function createFront({ storefrontFiles, adminFiles, publicUploads, dashboardOrigin, store }: FrontOptions): Express {
  const app = express()
  app.disable("x-powered-by")
  app.set("trust proxy", 1)

  app.get("/livez", (_request, response) => void response.type("text").send("OK"))
  app.get("/health", (_request, response) => health(store(), response))
  const { noteVisit, tellLastVisit } = visits()
  app.get("/visitz", tellLastVisit)

  app.use(commonHeaders)
  app.get("/admin", (request, response, next) => {
    // /admin is Medusa's API; a person who types it means the admin.
    if (request.accepts(["json", "html"]) === "html") response.redirect("/app")
    else next()
  })
  app.use("/app", sirv(adminFiles, { ...builtFiles("/assets/"), single: true }))
  app.use("/static", uploadHeaders, sirv(publicUploads, { dev: true, etag: true, maxAge: YEAR_SECONDS }))
  // The page as built is a template: it is served filled in, at every address of the storefront.
  app.get("/index.html", (_request, response) => response.redirect(301, "/"))
  app.use(storefrontHeaders(dashboardOrigin), sirv(storefrontFiles, { ...builtFiles("/assets/"), extensions: [] }))

  // No file that is there gets this far.
  app.use(noteVisit)
  app.use((request, response, next) => {
    const open = store()
    if (!open) return sayStarting(request, response)
    if (MEDUSA_PATHS.test(request.path)) return open.api(request, response, next)
    if (request.path === "/storefront-config.json") return sendConfig(open.page, response, next)
    return sendPage(open.page, request, response, next)
  })
  return app
}

async function health(store: OpenStore | undefined, response: Response): Promise<void> {
  response.set("Cache-Control", "no-store").type("text")
  if (!store) {
    response.status(503).send("starting")
    return
  }
  try {
    await store.health()
    response.send("OK")
  } catch (error) {
    response.status(503).send((error as Error).message)
  }
}

/** Files whose names carry a hash of their content never change; every other one is asked for anew by its ETag. */
function builtFiles(hashed: string) {
  return {
    etag: true,
    brotli: true,
    gzip: true,
    setHeaders: (response: { setHeader(name: string, value: string): unknown }, path: string) => {
      const caching = path.startsWith(hashed) ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache"
      response.setHeader("Cache-Control", caching)
    },
  }
}

function commonHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'self'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
  })
  next()
}

/** A file somebody uploaded must never act as a page of the store. */
function uploadHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'")
  next()
}

/** The dashboard shows the storefront, small, beside what it knows of the store; nobody else may lay it below their own page. */
function storefrontHeaders(dashboardOrigin: string | undefined) {
  const ancestors = ["'self'", dashboardOrigin].filter(Boolean).join(" ")
  const policy = `default-src 'self'; img-src 'self' data: https: http:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors ${ancestors}`
  return (_request: Request, response: Response, next: NextFunction): void => {
    response.set("Content-Security-Policy", policy)
    next()
  }
}

async function sendPage(page: PageRenderer, request: Request, response: Response, next: NextFunction): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.set("Allow", "GET, HEAD").sendStatus(405)
    return
  }
  // A path with a file's name that reached this point is a missing file, not a page.
  if (/\.\w+$/.test(request.path) || !request.accepts("html")) {
    response.sendStatus(404)
    return
  }
  try {
    const { html, status } = await page.render(request.path)
    response.status(status).set("Cache-Control", "no-cache").type("html").send(html)
  } catch (error) {
    next(error)
  }
}

async function sendConfig(page: PageRenderer, response: Response, next: NextFunction): Promise<void> {
  try {
    response.set("Cache-Control", "no-cache").json(await page.config())
  } catch (error) {
    next(error)
  }
}

const STARTING = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>Opening soon</title>
<style>body{font:1.1rem/1.5 system-ui;display:grid;place-content:center;min-height:90vh;text-align:center;color-scheme:light dark}</style>
<h1>This store is starting</h1><p>It will be here in a few seconds.</p></html>`

function sayStarting(request: Request, response: Response): void {
  response.status(503).set({ "Retry-After": "2", "Cache-Control": "no-store" })
  if (request.accepts(["json", "html"]) === "html") response.type("html").send(STARTING)
  else response.json({ type: "unavailable", message: "The store is starting." })
}
