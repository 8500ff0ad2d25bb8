import type { HttpTypes } from "@medusajs/types"

export interface CheckoutInput {
  email: string
  address: HttpTypes.StoreAddAddress
}

/** What the customer typed, trimmed; what was left empty is left out. */
export function readCheckoutForm(form: FormData): CheckoutInput {
  const text = (name: string) => String(form.get(name) ?? "").trim()
  const optional = (name: string) => text(name) || undefined
  return {
    email: text("email"),
    address: {
      first_name: text("first_name"),
      last_name: text("last_name"),
      address_1: text("address_1"),
      address_2: optional("address_2"),
      postal_code: text("postal_code"),
      city: text("city"),
      province: optional("province"),
      country_code: text("country_code"),
      phone: optional("phone"),
    },
  }
}

/** The country the browser's languages point to ("en" alone to the United States), where the store ships to it. */
export function defaultCountry(countries: { iso_2: string }[], languages: readonly string[]): string {
  const codes = countries.map(({ iso_2 }) => iso_2)
  const regions = languages.map((language) => new Intl.Locale(language).maximize().region?.toLowerCase())
  return regions.find((region) => region !== undefined && codes.includes(region)) ?? codes[0] ?? ""
}
