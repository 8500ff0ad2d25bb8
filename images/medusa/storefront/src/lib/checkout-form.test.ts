import { describe, expect, it } from "vitest"
import { defaultCountry, readCheckoutForm } from "./checkout-form"

describe("readCheckoutForm", () => {
  it("trims what was typed and leaves out what was not", () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ email: " ada@example.com ", first_name: "Ada", last_name: "Lovelace", address_1: "1 Row", address_2: "  ", city: "London", postal_code: "N1", country_code: "gb" })) {
      form.set(name, value)
    }
    expect(readCheckoutForm(form)).toEqual({
      email: "ada@example.com",
      address: {
        first_name: "Ada",
        last_name: "Lovelace",
        address_1: "1 Row",
        address_2: undefined,
        postal_code: "N1",
        city: "London",
        province: undefined,
        country_code: "gb",
        phone: undefined,
      },
    })
  })
})

describe("defaultCountry", () => {
  const countries = [{ iso_2: "au" }, { iso_2: "de" }, { iso_2: "us" }]

  it("is where the browser's language is spoken", () => expect(defaultCountry(countries, ["fr-FR", "de-AT", "de"])).toBe("de"))
  it("is the one most people speak a language in", () => expect(defaultCountry(countries, ["en"])).toBe("us"))
  it("is the first one when the languages say nothing", () => {
    expect(defaultCountry(countries, ["pt-BR", "fr"])).toBe("au")
    expect(defaultCountry([], [])).toBe("")
  })
})
