import { useEffect, useRef } from "react"
import { Link, useLocation } from "wouter"
import { ErrorLine } from "../components/notice"
import { itemCount, useCart } from "./cart"
import { CartLines } from "./cart-lines"
import { Totals } from "./totals"

/** The cart over the page. The browser's own dialog keeps the focus inside, closes on Escape and gives the focus back. */
export function CartDrawer() {
  const { cart, error, drawerOpen, setDrawerOpen } = useCart()
  const [location] = useLocation()
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    if (drawerOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [drawerOpen])
  useEffect(() => setDrawerOpen(false), [location, setDrawerOpen])

  const close = () => setDrawerOpen(false)
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="drawer-title"
      onClose={close}
      onClick={(event) => {
        // The dialog's own box is only hit beside its content: on the backdrop.
        if (event.target === dialog.current) close()
      }}
    >
      <div className="drawer-inner">
        <header className="drawer-head">
          <h2 id="drawer-title">Your cart</h2>
          <button type="button" className="icon-button" aria-label="Close the cart" onClick={close}>
            ×
          </button>
        </header>
        {error && <ErrorLine>{error}</ErrorLine>}
        {cart && itemCount(cart) > 0 ? (
          <>
            <div className="drawer-body">
              <CartLines cart={cart} onLeave={close} />
            </div>
            <footer className="drawer-foot">
              <Totals of={cart} shippingKnown={false} />
              <Link className="button button-large" href="/checkout" onClick={close}>
                Check out
              </Link>
              <Link className="link-button" href="/cart" onClick={close}>
                View cart
              </Link>
            </footer>
          </>
        ) : (
          <div className="drawer-empty">
            <p>{cart === undefined ? "Fetching your cart…" : "Nothing in it yet."}</p>
            <button type="button" className="button button-quiet" onClick={close}>
              Keep looking
            </button>
          </div>
        )}
      </div>
    </dialog>
  )
}
