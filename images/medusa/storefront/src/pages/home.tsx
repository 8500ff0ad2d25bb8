import { useState } from "react"
import { ErrorLine, Notice } from "../components/notice"
import { ProductCard } from "../components/product-card"
import { messageOf, PRODUCT_FIELDS, store } from "../lib/api"
import { bootstrap } from "../lib/bootstrap"
import { useTitle } from "../lib/use-title"

const PAGE = 24

export function HomePage() {
  useTitle()
  const [{ products, count }, setCatalogue] = useState(bootstrap.catalogue)
  const [loading, setLoading] = useState(false)
  const [error, setError] = useState<string>()

  const showMore = async () => {
    setLoading(true)
    setError(undefined)
    try {
      const next = await store.product.list({
        region_id: bootstrap.region.id,
        fields: PRODUCT_FIELDS,
        order: "-created_at",
        limit: PAGE,
        offset: products.length,
      })
      // Kept on the settings of the page, so that coming back from a product shows the same list.
      bootstrap.catalogue = { products: [...products, ...next.products], count: next.count }
      setCatalogue(bootstrap.catalogue)
    } catch (failure) {
      setError(messageOf(failure))
    } finally {
      setLoading(false)
    }
  }

  if (products.length === 0) {
    return (
      <Notice title="The shelves are still empty">
        <p>{bootstrap.storeName} is getting ready. Look in again soon.</p>
      </Notice>
    )
  }
  return (
    <>
      <section className="hero">
        <h1>{bootstrap.storeName}</h1>
        <p className="lede">{bootstrap.tagline}</p>
      </section>
      <section aria-labelledby="products">
        <div className="section-head">
          <h2 id="products">All products</h2>
          <span className="muted">{count === 1 ? "1 product" : `${count} products`}</span>
        </div>
        <ul className="grid">
          {products.map((product, index) => (
            <li key={product.id}>
              <ProductCard product={product} eager={index < 3} />
            </li>
          ))}
        </ul>
        {error && <ErrorLine>{error}</ErrorLine>}
        {products.length < count && (
          <p className="more">
            <button type="button" className="button button-quiet" disabled={loading} onClick={showMore}>
              {loading ? "Loading…" : "Show more"}
            </button>
          </p>
        )}
      </section>
    </>
  )
}
