import { defineConfig } from "vitest/config"

const kind = (name: string, suffix: string, timeoutMillis: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`packages/*/test/**/*.${suffix}.ts`],
    testTimeout: timeoutMillis,
    hookTimeout: timeoutMillis
  }
})

export default defineConfig({
  test: {
    isolate: false,
    projects: [kind("unit", "test", 10_000), kind("loopback", "loopback", 60_000), kind("peer", "peer", 120_000)]
  }
})
