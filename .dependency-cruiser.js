/** The rooms of src, from the bottom up, and of which other rooms each may know. */
const rooms = {
  names: [],
  cdktf: [],
  environments: ["names"],
  constructs: ["names", "cdktf", "environments"],
  stack: ["names", "cdktf", "environments", "constructs"],
  process: [],
  terminal: ["process"],
  // Asks AWS and never prints.
  aws: ["names", "environments", "process"],
  terraform: ["names", "environments", "process", "terminal"],
  "embedded-aws": ["names", "environments", "process", "terminal", "terraform"],
  diagram: ["names", "terraform"],
  cost: ["environments", "process", "terminal", "terraform"],
};
rooms.operations = Object.keys(rooms);
rooms.cli = Object.keys(rooms);

/** A room is a folder, or a file of that name. */
const pathOf = (room) => `^src/${room}(/|\\.ts$)`;

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, known]) => ({
      name: `${room}-knows-only-what-is-below`,
      comment: `src/${room} may know of ${known.join(", ") || "no other room"} (.dependency-cruiser.js).`,
      severity: "error",
      from: { path: pathOf(room) },
      to: { path: "^src/", pathNot: [room, ...known].map(pathOf) },
    })),
    {
      name: "every-room-has-its-place",
      comment: "Say in .dependency-cruiser.js of which rooms the new one may know.",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(rooms).map(pathOf) },
      to: {},
    },
    {
      name: "no-circles",
      comment: "Files that need each other can only be understood together.",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    // A type's import is an arrow too.
    tsPreCompilationDeps: true,
  },
};
