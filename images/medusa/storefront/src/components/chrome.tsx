import { Link } from "wouter"
import { itemCount, useCart } from "../cart/cart"
import { bootstrap } from "../lib/bootstrap"

export function Header() {
  const { cart, setDrawerOpen } = useCart()
  const count = itemCount(cart)
  return (
    <header className="header">
      <div className="header-inner">
        <Link href="/" className="wordmark">
          {bootstrap.storeName}
        </Link>
        <nav aria-label="Shop">
          <Link href="/" className="header-link">
            Shop
          </Link>
          <button type="button" className="cart-button" aria-haspopup="dialog" onClick={() => setDrawerOpen(true)}>
            <BagIcon />
            <span className="visually-hidden">Cart, </span>
            <span className="cart-count" data-empty={count === 0}>
              {count}
            </span>
            <span className="visually-hidden">{count === 1 ? " item" : " items"}</span>
          </button>
        </nav>
      </div>
    </header>
  )
}

export function Footer() {
  return (
    <footer className="footer">
      <p>
        © {new Date().getFullYear()} {bootstrap.storeName}
      </p>
    </footer>
  )
}

function BagIcon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
      <path d="M5 8.5h14l.9 10.6a1.8 1.8 0 0 1-1.8 1.9H5.9a1.8 1.8 0 0 1-1.8-1.9z" strokeLinejoin="round" />
      <path d="M8.5 11V7.2a3.5 3.5 0 0 1 7 0V11" strokeLinecap="round" />
    </svg>
  )
}
