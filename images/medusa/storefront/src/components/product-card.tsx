import type { HttpTypes } from "@medusajs/types"
import { Link } from "wouter"
import { availableQuantity } from "../lib/variants"
import { Picture } from "./picture"
import { Price } from "./price"

export function ProductCard({ product, eager }: { product: HttpTypes.StoreProduct; eager: boolean }) {
  const variants = product.variants ?? []
  const soldOut = variants.length > 0 && variants.every((variant) => availableQuantity(variant) === 0)
  return (
    <article className="card">
      <Link href={`/products/${encodeURIComponent(product.handle)}`}>
        <div className="card-picture">
          <Picture src={product.thumbnail} alt="" eager={eager} />
          {soldOut && <span className="badge">Sold out</span>}
        </div>
        <div className="card-text">
          <h3>{product.title}</h3>
          <Price variants={variants} />
          {product.subtitle && <p>{product.subtitle}</p>}
        </div>
      </Link>
    </article>
  )
}
