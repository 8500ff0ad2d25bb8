import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState } from "react"
import { messageOf, PRODUCT_FIELDS, store } from "./api"
import { bootstrap } from "./bootstrap"

type Product = HttpTypes.StoreProduct

export type Loaded = { product: Product } | "loading" | "missing" | { error: string }

/** Shows at once what the page came with, and asks for today's prices and stock. */
export function useProduct(handle: string): Loaded {
  const [state, setState] = useState<Loaded>(() => {
    const known = [bootstrap.product, ...bootstrap.catalogue.products].find((product) => product?.handle === handle)
    return known ? { product: known } : "loading"
  })

  useEffect(() => {
    let left = false
    store.product.list({ handle, region_id: bootstrap.region.id, fields: PRODUCT_FIELDS }).then(
      ({ products: [product] }) => {
        if (!left) setState(product ? { product } : "missing")
      },
      (failure) => {
        if (!left) setState((current) => (typeof current === "object" && "product" in current ? current : { error: messageOf(failure) }))
      },
    )
    return () => {
      left = true
    }
  }, [handle])

  return state
}
