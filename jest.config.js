const common = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": "@swc/jest" },
  setupFilesAfterEnv: ["<rootDir>/__tests__/support/timeout.ts"],
  // It has copies of the fixtures.
  modulePathIgnorePatterns: ["<rootDir>/.cache/"],
};

module.exports = {
  reporters: ["default", "<rootDir>/__tests__/support/skipped-tests.js"],
  globalSetup: "<rootDir>/__tests__/support/global-setup.ts",
  globalTeardown: "<rootDir>/__tests__/support/global-teardown.ts",
  testSequencer: "<rootDir>/__tests__/support/longest-first.js",
  projects: [
    // The fast tests: TypeScript alone, and each property a few times.
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/__tests__/{unit,properties}/**/*.test.ts"],
      setupFilesAfterEnv: [...common.setupFilesAfterEnv, "<rootDir>/__tests__/support/matchers.ts"],
    },
    // The same properties, many times.
    {
      ...common,
      displayName: "properties",
      testMatch: ["<rootDir>/__tests__/properties/**/*.test.ts"],
      globals: { thorough: true },
    },
    // Real programs: Terraform, the embedded AWS, a browser.
    {
      ...common,
      displayName: "integration",
      testMatch: ["<rootDir>/__tests__/integration/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/support/probe-machine.ts",
    },
    // The images, built and run by a Docker engine; without one they fail.
    {
      ...common,
      displayName: "containers",
      testMatch: ["<rootDir>/__tests__/containers/**/*.test.ts"],
      globalSetup: "<rootDir>/__tests__/support/docker/setup.ts",
    },
  ],
};
