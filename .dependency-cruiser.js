/** The folders and files of src, from the bottom up, and the others that each may import. */
const folders = {
  names: [],
  cdktf: [],
  iam: [],
  limits: [],
  environments: ["names", "limits", "process"],
  reachability: ["environments"],
  constructs: ["names", "cdktf", "environments"],
  stack: ["names", "cdktf", "iam", "environments", "constructs"],
  process: [],
  terminal: ["process"],
  // Calls AWS and prints nothing.
  aws: ["names", "environments", "process"],
  terraform: ["names", "environments", "process", "terminal"],
  "embedded-aws": ["names", "environments", "process", "terminal", "terraform"],
  // Descriptions of each type of AWS resource for the drawing, the price and the commands.
  resources: ["names", "environments", "terminal", "aws", "terraform"],
  // Controls of AWS's reviews, tested on a synthesized stack.
  controls: ["iam", "terraform"],
  diagram: ["names", "reachability", "resources", "terraform"],
  cost: ["environments", "process", "terminal", "resources", "terraform"],
};
folders.operations = Object.keys(folders);
folders.cli = Object.keys(folders);

/** A pattern for the folder, or for the file of that name. */
const pathOf = (folder) => `^src/${folder}(/|\\.ts$)`;

module.exports = {
  forbidden: [
    ...Object.entries(folders).map(([folder, imports]) => ({
      name: `${folder}-imports-only-what-is-below`,
      comment: `src/${folder} may import ${imports.join(", ") || "nothing else"} (.dependency-cruiser.js).`,
      severity: "error",
      from: { path: pathOf(folder) },
      to: { path: "^src/", pathNot: [folder, ...imports].map(pathOf) },
    })),
    {
      name: "every-folder-is-listed",
      comment: "Add the new folder to .dependency-cruiser.js with the folders that it may import.",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(folders).map(pathOf) },
      to: {},
    },
    {
      name: "no-cycles",
      comment: "Files that import each other can only be understood together.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    // The import of a type counts too.
    tsPreCompilationDeps: true,
  },
};
