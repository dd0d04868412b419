const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": "@swc/jest" },
  setupFilesAfterEnv: ["<rootDir>/__tests__/setup.ts"],
};

module.exports = {
  // Two at a time: an integration test runs Terraform, a provider and an embedded AWS, 1 GB in all.
  maxWorkers: 2,
  projects: [
    // The quick loop: TypeScript alone.
    { ...common, displayName: "unit", testMatch: ["<rootDir>/__tests__/unit/**/*.test.ts"] },
    // Real programs: Terraform, the embedded AWS, nginx, PostgreSQL.
    {
      ...common,
      displayName: "integration",
      testMatch: ["<rootDir>/__tests__/integration/**/*.test.ts"],
    },
  ],
};
