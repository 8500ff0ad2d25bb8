import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // The page's Content-Security-Policy allows no inline script, and small files compress better apart.
    modulePreload: { polyfill: false },
  },
})
