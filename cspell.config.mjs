// Spelling, and words that this project replaces by plainer ones; cspell.phrases.mjs does the same for phrases.
// `npm run lint:words` checks the files below. Any other file: `npx cspell FILE`, then
// `npx cspell --config cspell.phrases.mjs FILE`. New technical terms go into cspell.words.txt.

/** Settings that both configurations share. */
export const shared = {
  version: "0.2",
  files: ["*.{md,ts,js}", "{.ci,.github,__tests__,bench,bin,docker,docs,examples,scripts,src}/**"],
  ignorePaths: [
    ...[
      "package-lock.json",
      "LICENSE",
      "cspell.*",
      "__tests__/fixtures/legacy",
      "docs/pictures",
      "policies",
    ],
    "*.snap",
  ],
  ignoreRegExpList: [/\\x1b\[[\d;]*[A-Za-z]/g, /\\[nrt]/g],
  useGitignore: true,
  enableGlobDot: true,
};

export default {
  ...shared,
  cache: { useCache: true, cacheLocation: ".cache/cspell-words" },
  language: "en,en-GB",
  dictionaries: [
    ...["project", "aws", "bash", "docker", "fullstack", "node", "npm", "python", "terraform"],
    "typescript",
  ],
  dictionaryDefinitions: [{ name: "project", path: "./cspell.words.txt", addWords: true }],
  flagWords: [
    "afresh->recreated, again",
    "anew->again",
    "judge->check",
    "judged->checked",
    "judgement->check, result",
    "judges->checks",
    "judging->checking",
    "lack->not have, need",
    "lacked->did not have, needed",
    "lacking->missing",
    "lacks->does not have, needs",
    "mend->fix",
    "mended->fixed",
    "mending->fixing",
    "mends->fixes",
    "said->reported, shown, stated",
    "saying->reporting, showing",
    "says->reports, shows, states",
    "shall->must, should",
    "stood->was, existed",
    "takeover->adoption",
    "tell->report, print, show",
    "telling->reporting, printing, showing",
    "tells->reports, prints, shows",
    "thereof->of it",
    "told->reported, defined, listed",
    "wants->needs",
  ],
};
