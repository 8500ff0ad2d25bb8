/**
 * When the store was last visited, for the platform, which asks every minute and remembers: here a restart forgets it.
 *
 * A visit has an X-Forwarded-For: every ingress controller gives it, and neither the kubelet's probes nor the platform's checks have it.
 */
import type { Request, RequestHandler } from "express"

export function visits(): { noteVisit: RequestHandler; tellLastVisit: RequestHandler } {
  // The beginning of time stands for never.
  let last = new Date(0)
  const isVisit = (request: Request) => "x-forwarded-for" in request.headers
  return {
    noteVisit(request, _response, next) {
      if (isVisit(request)) last = new Date()
      next()
    },
    tellLastVisit(request, response) {
      if (isVisit(request)) response.sendStatus(404)
      else response.set({ "Last-Modified": last.toUTCString(), "Cache-Control": "no-store" }).end()
    },
  }
}
