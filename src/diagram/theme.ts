/** Colours of cards, by what they are about. */
const families = {
  compute: "#d9660a",
  network: "#7d3cc8",
  database: "#2e5fd0",
  storage: "#3f8f2b",
  security: "#c93443",
  management: "#c2267f",
  outside: "#5b6675",
} as const;

/** Colours of what a plan does. */
export const actionColours = {
  create: "#1f8f4e",
  change: "#b7791f",
  replace: "#8b3fc0",
  destroy: "#cc3340",
  move: "#2f6fb5",
  forget: "#66707c",
  import: "#2f6fb5",
} as const;

const light = {
  paper: "#ffffff",
  body: "#ffffff",
  line: "#c7ced8",
  strong: "#18212f",
  plain: "#3d4857",
  weak: "#66707f",
  region: "#f7f9fc",
  vpc: "#f3eefb",
  zone: "#ffffff",
  publicTier: "#eef7e9",
  privateTier: "#e9f1fb",
  cluster: "#fff6ec",
};

const dark: typeof light = {
  paper: "#10151d",
  body: "#1b2330",
  line: "#445164",
  strong: "#eef2f7",
  plain: "#c5cedb",
  weak: "#98a4b5",
  region: "#141b25",
  vpc: "#1d1a2b",
  zone: "#161d28",
  publicTier: "#18261a",
  privateTier: "#16233a",
  cluster: "#2b2116",
};

const colours = (c: typeof light) => `
.plue-diagram .paper{fill:${c.paper}}
.plue-diagram .strong{fill:${c.strong}}
.plue-diagram .plain{fill:${c.plain}}
.plue-diagram .weak{fill:${c.weak}}
.plue-diagram .frame rect{fill:${c.region};stroke:${c.line}}
.plue-diagram .frame .name{fill:${c.strong}}
.plue-diagram .vpc rect{fill:${c.vpc};stroke:#8c5bd0}
.plue-diagram .zone rect{fill:${c.zone};stroke:${c.weak};stroke-dasharray:5 4}
.plue-diagram .across rect{fill:${c.zone};stroke:${c.weak}}
.plue-diagram .public rect{fill:${c.publicTier};stroke:#6aa84f}
.plue-diagram .private rect{fill:${c.privateTier};stroke:#5b8bd0}
.plue-diagram .removed rect{stroke-dasharray:5 4}
.plue-diagram .cluster rect{fill:${c.cluster};stroke:#d9924a}
.plue-diagram .card .body{fill:${c.body};stroke:${c.line}}
.plue-diagram .label rect{fill:${c.body};stroke:${c.line}}
.plue-diagram .traffic .line{stroke:${c.strong}}
.plue-diagram .traffic .head{fill:${c.strong}}
.plue-diagram .data .line,.plue-diagram .copies .line,.plue-diagram .logs .line{stroke:${c.weak}}
.plue-diagram .data .head,.plue-diagram .copies .head,.plue-diagram .logs .head{fill:${c.weak}}`;

const actions = Object.entries(actionColours)
  .map(
    ([action, colour]) =>
      `\n.plue-diagram .action-${action} .body,.plue-diagram .frame.action-${action}>rect{stroke:${colour};stroke-width:2.5}` +
      `\n.plue-diagram .action-${action} .body{fill:${colour};fill-opacity:.14}` +
      `\n.plue-diagram .action-${action} .tab{fill:${colour}}`,
  )
  .join("");

/** The style sheet of a drawing: light, and dark where the reader's system is. */
export const styles = [
  colours(light),
  `
.plue-diagram .line{fill:none;stroke-width:1.4}
.plue-diagram .data .line{stroke-dasharray:6 4}
.plue-diagram .copies .line{stroke-dasharray:10 3 2 3}
.plue-diagram .logs .line{stroke-dasharray:2 3}
.plue-diagram .frame rect{stroke-width:1.2}
.plue-diagram .tab-words{fill:#fff}
.plue-diagram .glyph{fill:none;stroke:#fff;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}`,
  ...Object.entries(families).map(
    ([family, colour]) => `\n.plue-diagram .${family} .icon{fill:${colour}}`,
  ),
  actions,
  `\n@media (prefers-color-scheme:dark){${colours(dark)}${actions}\n}\n`,
].join("");
