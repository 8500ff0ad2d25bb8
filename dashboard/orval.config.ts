import { defineConfig } from 'orval'

export default defineConfig({
  api: {
    input: '../backend/openapi.json',
    output: {
      target: 'src/api/generated/client.ts',
      client: 'fetch',
      clean: true,
      override: {
        mutator: { path: 'src/api/http.ts', name: 'request' },
        fetch: { includeHttpResponseReturnType: false },
        header: () => ['Generated from backend/openapi.json by `npm run generate`; not edited by hand.'],
      },
    },
  },
})
