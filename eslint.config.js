const jsdoc = require("eslint-plugin-jsdoc");
const tseslint = require("typescript-eslint");

const exported = [
  "ClassDeclaration",
  "FunctionDeclaration",
  "MethodDefinition",
  "PropertyDefinition[accessibility!='private']",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "VariableDeclaration",
];

module.exports = tseslint.config(
  {
    ignores: ["node_modules", ".gen", ".local", ".cache", "cdktf.out", "coverage", "dist"],
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: __dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    // Every exported name has a TSDoc comment.
    files: ["src/**/*.ts"],
    plugins: { jsdoc },
    rules: { "jsdoc/require-jsdoc": ["error", { publicOnly: true, contexts: exported }] },
  },
  {
    // Every setting has one too.
    files: ["src/*.ts", "src/{environments,stack,constructs}/*.ts"],
    rules: {
      "jsdoc/require-jsdoc": [
        "error",
        { publicOnly: true, contexts: [...exported, "TSPropertySignature", "TSMethodSignature"] },
      ],
    },
  },
  {
    // Tests read Terraform JSON, which has no types.
    files: ["__tests__/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
    },
  },
);
