/**
 * The storefront's page. It is the same file for every store; what differs, the store's name, its publishable key, its
 * region and the products to show first, is written into it when it is served. So a customer sees products without
 * waiting for a second request, and search engines see real titles and descriptions.
 */
import type { HttpTypes, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"

/** What the storefront reads from the page: storefront/src/lib/bootstrap.ts has the same shape. */
export interface Bootstrap {
  storeName: string
  /** The owner's own words below the name: `tagline` in the store's metadata. */
  tagline: string
  publishableKey: string
  region: { id: string; currency_code: string; countries: { iso_2: string; display_name: string }[] }
  /** The first page of the catalogue. */
  catalogue: { products: HttpTypes.StoreProduct[]; count: number }
}

export interface Page {
  html: string
  status: 200 | 404
}

const CATALOGUE_PAGE = 24
const DEFAULT_TAGLINE = "Good things for every day."
const PRODUCT_FIELDS = "*variants.calculated_price,+variants.inventory_quantity,*variants.options,*options.values,*images"

/** How old the names and prices written into the page may be. The storefront asks again before anything is sold. */
const FRESH_MILLISECONDS = 2000

export class PageRenderer {
  private bootstrap: { value: Promise<Bootstrap>; until: number } | undefined

  constructor(
    private readonly template: string,
    private readonly container: MedusaContainer,
    /** Where this very server answers, to ask its store API. */
    private readonly self: string,
  ) {}

  async render(path: string): Promise<Page> {
    const bootstrap = await this.cachedBootstrap()
    const handle = /^\/products\/([^/]+)\/?$/.exec(path)?.[1]
    const product = handle ? await this.product(bootstrap, decode(handle)) : undefined
    return {
      status: handle && !product ? 404 : 200,
      html: fill(this.template, bootstrap, product),
    }
  }

  /** What others need to talk to the store's API. */
  async config(): Promise<Omit<Bootstrap, "catalogue">> {
    const { catalogue: _, ...config } = await this.cachedBootstrap()
    return config
  }

  private cachedBootstrap(): Promise<Bootstrap> {
    if (!this.bootstrap || this.bootstrap.until < Date.now()) {
      const value = this.load()
      this.bootstrap = { value, until: Date.now() + FRESH_MILLISECONDS }
      value.catch(() => (this.bootstrap = undefined))
    }
    return this.bootstrap.value
  }

  private async load(): Promise<Bootstrap> {
    const query = this.container.resolve(ContainerRegistrationKeys.QUERY)
    const [stores, keys] = await Promise.all([
      query.graph({ entity: "store", fields: ["name", "default_region_id", "metadata"] }),
      query.graph({ entity: "api_key", fields: ["token", "revoked_at", "created_at"], filters: { type: "publishable" } }),
    ])
    const store = stores.data[0]
    const key = keys.data
      .filter(({ revoked_at }) => !revoked_at)
      .sort((a, b) => Number(new Date(a.created_at)) - Number(new Date(b.created_at)))[0]
    if (!store || !key) throw new Error("The store has no publishable API key: create one in the admin, below Settings.")

    const { regions } = await this.ask<HttpTypes.StoreRegionListResponse>(key.token, "/store/regions", {})
    const region = regions.find(({ id }) => id === store.default_region_id) ?? regions[0]
    if (!region) throw new Error("The store sells nowhere: create a region in the admin, below Settings.")

    const { products, count } = await this.ask<HttpTypes.StoreProductListResponse>(key.token, "/store/products", {
      region_id: region.id,
      fields: PRODUCT_FIELDS,
      order: "-created_at",
      limit: String(CATALOGUE_PAGE),
    })
    return {
      storeName: store.name,
      tagline: typeof store.metadata?.tagline === "string" ? store.metadata.tagline : DEFAULT_TAGLINE,
      publishableKey: key.token,
      region: {
        id: region.id,
        currency_code: region.currency_code,
        countries: (region.countries ?? [])
          .map(({ iso_2, display_name }) => ({ iso_2: iso_2 ?? "", display_name: display_name ?? iso_2 ?? "" }))
          .sort((a, b) => a.display_name.localeCompare(b.display_name)),
      },
      catalogue: { products, count },
    }
  }

  private async product(bootstrap: Bootstrap, handle: string): Promise<HttpTypes.StoreProduct | undefined> {
    const known = bootstrap.catalogue.products.find((product) => product.handle === handle)
    if (known) return known
    const { products } = await this.ask<HttpTypes.StoreProductListResponse>(bootstrap.publishableKey, "/store/products", {
      region_id: bootstrap.region.id,
      fields: PRODUCT_FIELDS,
      handle,
    })
    return products[0]
  }

  private async ask<T>(publishableKey: string, path: string, query: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.self}${path}?${new URLSearchParams(query)}`, {
      headers: { "x-publishable-api-key": publishableKey },
    })
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`)
    return (await response.json()) as T
  }
}

export function fill(template: string, bootstrap: Bootstrap, product: HttpTypes.StoreProduct | undefined): string {
  const title = product ? `${product.title} – ${bootstrap.storeName}` : bootstrap.storeName
  const description = product?.description ?? product?.subtitle ?? `Shop online at ${bootstrap.storeName}.`
  const values: Record<string, string> = {
    title: escapeHtml(title),
    description: escapeHtml(description),
    picture: escapeHtml(product?.thumbnail ?? bootstrap.catalogue.products[0]?.thumbnail ?? ""),
    bootstrap: escapeJson({ ...bootstrap, product }),
    catalogue: bootstrap.catalogue.products.map((item) => catalogueLine(item, bootstrap.region.currency_code)).join(""),
  }
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

/** For whoever runs no JavaScript: search engines, text browsers, monitoring. */
function catalogueLine({ handle, title, variants }: HttpTypes.StoreProduct, currency: string): string {
  const prices = (variants ?? []).flatMap(({ calculated_price }) => calculated_price?.calculated_amount ?? [])
  const price = prices.length > 0 ? new Intl.NumberFormat("en", { style: "currency", currency }).format(Math.min(...prices)) : ""
  return `<p><a href="/products/${encodeURIComponent(handle)}">${escapeHtml(title)}</a> ${price}</p>`
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character])

/** JSON that may stand inside a script element. */
const escapeJson = (value: unknown) => JSON.stringify(value).replace(/</g, "\\u003c")

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
