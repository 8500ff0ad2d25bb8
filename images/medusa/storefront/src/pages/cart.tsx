import { Link } from "wouter"
import { itemCount, useCart } from "../cart/cart"
import { CartLines } from "../cart/cart-lines"
import { Totals } from "../cart/totals"
import { ErrorLine, Notice } from "../components/notice"
import { useTitle } from "../lib/use-title"

export function CartPage() {
  useTitle("Cart")
  const { cart, error, reload } = useCart()
  if (cart === undefined) return <CartPending error={error} onRetry={reload} />
  if (itemCount(cart) === 0 || !cart) return <EmptyCart />
  return (
    <section aria-labelledby="cart-title">
      <h1 id="cart-title">Your cart</h1>
      <div className="two-columns">
        <div>
          {error && <ErrorLine>{error}</ErrorLine>}
          <CartLines cart={cart} />
        </div>
        <aside className="summary" aria-label="Summary">
          <Totals of={cart} shippingKnown={false} />
          <Link className="button button-large" href="/checkout">
            Check out
          </Link>
          <Link className="link-button" href="/">
            Keep shopping
          </Link>
        </aside>
      </div>
    </section>
  )
}

export function EmptyCart() {
  return (
    <Notice title="Your cart is empty">
      <p>When you find something you like, it waits for you here.</p>
      <Link className="button" href="/">
        See all products
      </Link>
    </Notice>
  )
}

/** While the cart is fetched, or when that failed. */
export function CartPending({ error, onRetry }: { error: string | undefined; onRetry: () => void }) {
  if (!error) {
    return (
      <section aria-busy="true" aria-label="Loading">
        <span className="skeleton skeleton-line" style={{ width: "30%", height: "2.4rem" }} />
        <span className="skeleton skeleton-line" style={{ width: "100%", height: "12rem" }} />
      </section>
    )
  }
  return (
    <Notice title="Your cart can't be shown now" tone="error">
      <p>{error}</p>
      <button type="button" className="button" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  )
}
