// Phrases that this project replaces by plainer ones. `npm run lint:words` runs cspell with this configuration
// after cspell.config.mjs. cspell forbids single words only, so each pattern matches the first word of a
// phrase, everything else in the file is skipped, and `flagWords` has the plainer words.
import { shared } from "./cspell.config.mjs";

export default {
  ...shared,
  cache: { useCache: true, cacheLocation: ".cache/cspell-phrases" },
  minWordLength: 2,
  numSuggestions: 1,
  flagWords: [
    ...["any", "no"].map((word) => `${word}->no longer`),
    ...["are", "is"].map((word) => `${word}->must, should`),
    ...["at", "by"].map((word) => `${word}->when it finishes`),
    ...["came", "come", "comes", "coming"].map((word) => `${word}->result, return`),
    ...["go", "goes", "going", "gone", "went", "held", "hold", "holds", "holding"].map(
      (word) => `${word}->follow, use`,
    ),
    ...["made", "make", "makes", "making"].map((word) => `${word}->recreate`),
    ...["stand", "standing", "stands"].map((word) => `${word}->be in, exist`),
    ...["take", "taken", "takes", "taking", "took"].map((word) => `${word}->adopt, replace`),
    ...["way", "ways"].map((word) => `${word}->recovery, rollback`),
    "worth->the reason",
    // A comment is a sentence, or a noun phrase that names the thing.
    ...["of", "what", "whether", "which", "who"].map(
      (word) => `${word}->a sentence, a noun phrase`,
    ),
  ],
  includeRegExpList: [
    /\bany(?= ?more\b)/gi,
    /\bno(?= more\b(?! than\b))/gi,
    /\b(?:are|is)(?= to be\b)/gi,
    /\bat(?= (?:its|the) end\b(?! of\b))/gi,
    /\bby(?= the end of\b)/gi,
    /\b(?:came|comes?|coming)(?= (?:back|of)\b)/gi,
    /\b(?:go|goes|going|gone|went)(?= by\b)/gi,
    /\b(?:held|hold|holds|holding)(?= to\b)/gi,
    /\b(?:made|makes?|making)(?= again\b)/gi,
    /\bstand(?:s|ing)?\b(?!(?: for|-\w+)\b)/gi,
    /\b(?:taken?|takes|taking|took)(?=[ -]over\b)/gi,
    /\bways?(?= back\b)/gi,
    /\bwhat(?= is (?:left|out)\b)/gi,
    /\bworth(?= (?:its|their)\b)/gi,
    /\b(?:Of|What|Whether|Which|Who)\b(?<=^[ \t]*(?:\/\/|\/?\*\*?|#) \w+)(?!.*\?)/gm,
  ],
};
