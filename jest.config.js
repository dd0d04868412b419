// `unit` is the quick loop: pure TypeScript. `integration` runs real programs (Terraform, the
// embedded AWS, nginx, PostgreSQL), one file at a time, for they share two ports and much memory.
const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": "@swc/jest" },
  setupFilesAfterEnv: ["<rootDir>/__tests__/setup.ts"],
};

module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/unit/**/*.test.ts"],
    },
    {
      ...common,
      displayName: "integration",
      testMatch: ["<rootDir>/__tests__/integration/**/*.test.ts"],
      maxWorkers: 1,
    },
  ],
};
