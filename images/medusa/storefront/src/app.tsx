import { Component, type ReactNode, useEffect, useRef } from "react"
import { Route, Switch, useLocation } from "wouter"
import { CartProvider } from "./cart/cart"
import { CartDrawer } from "./cart/cart-drawer"
import { Footer, Header } from "./components/chrome"
import { Notice } from "./components/notice"
import { CartPage } from "./pages/cart"
import { CheckoutPage } from "./pages/checkout"
import { HomePage } from "./pages/home"
import { NotFoundPage } from "./pages/not-found"
import { OrderPage } from "./pages/order"
import { ProductPage } from "./pages/product"

export function App() {
  return (
    <CartProvider>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Header />
      <Main>
        <ErrorBoundary>
          <Switch>
            <Route path="/">
              <HomePage />
            </Route>
            <Route path="/products/:handle">{({ handle }) => <ProductPage key={handle} handle={decodeURIComponent(handle)} />}</Route>
            <Route path="/cart">
              <CartPage />
            </Route>
            <Route path="/checkout">
              <CheckoutPage />
            </Route>
            <Route path="/orders/:id">{({ id }) => <OrderPage key={id} id={id} />}</Route>
            <Route>
              <NotFoundPage />
            </Route>
          </Switch>
        </ErrorBoundary>
      </Main>
      <Footer />
      <CartDrawer />
    </CartProvider>
  )
}

/** After each navigation the new page starts at its top, and is where the keyboard and the screen reader are. */
function Main({ children }: { children: ReactNode }) {
  const [location] = useLocation()
  const main = useRef<HTMLElement>(null)
  const previous = useRef(location)
  useEffect(() => {
    if (previous.current === location) return
    previous.current = location
    window.scrollTo(0, 0)
    main.current?.focus({ preventScroll: true })
  }, [location])
  return (
    <main id="main" ref={main} tabIndex={-1} className="page">
      {children}
    </main>
  )
}

class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  render() {
    if (!this.state.failed) return this.props.children
    return (
      <Notice title="Something went wrong here" tone="error">
        <p>Your cart is safe.</p>
        <a className="button" href="/">
          Back to the shop
        </a>
      </Notice>
    )
  }
}
