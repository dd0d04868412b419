import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Drawing } from "./layout";
import { arrowsInWords, isFrame, type Card, type Frame } from "./model";
import { escape } from "./svg";
import { actionColours } from "./theme";

/** A page: one file without outside references. */
export interface Page {
  readonly title: string;
  /** Below the title. */
  readonly subtitle: string;
  /** HTML below the subtitle. @default nothing */
  readonly summary?: string;
  readonly sections: readonly Section[];
}

/** A part of a page that the page's navigation leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

/** Writes a page. Everything with the class `entry` can be searched. */
export function page({ title, subtitle, summary = "", sections }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escape(title)}</title>
<style>
${included("page.css")}${palette}
</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>${escape(title)}</h1>
<p>${escape(subtitle)}</p>
${summary}
<nav aria-label="Sections">
${sections.map(({ id, title: name }) => `<a href="#${id}">${escape(name)}</a>`).join("\n")}
<label class="search">Search <kbd>/</kbd> <input id="search" type="search" autocomplete="off" spellcheck="false"></label>
<output id="found" for="search" aria-live="polite"></output>
</nav>
</header>
<main id="main" tabindex="-1">
${sections.map(({ id, title: name, body }) => `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${escape(name)}</h2>\n${body}\n</section>`).join("\n")}
</main>
<script>
${included("page-script.js")}</script>
</body>
</html>
`;
}

/** The drawing's section: it scrolls by itself where the window is narrow. */
export function drawingSection(svg: string): Section {
  return {
    id: "drawing",
    title: "Architecture",
    body: `<div class="drawing" tabindex="0" role="region" aria-label="Drawing of the architecture">${svg}</div>`,
  };
}

/** The section that names every resource, where it is drawn and what is folded into it. */
export function inventorySection({ architecture, parts }: Drawing): Section {
  const titles = new Map(parts.map(({ part }) => [part.id, part.title]));
  const parents = new Map(parts.map(({ part, parent }) => [part.id, parent]));
  const path = (id: string): string[] => {
    const parent = parents.get(id);
    return parent === undefined ? [] : [...path(parent), titles.get(parent)!];
  };
  const arrows = arrowsInWords(architecture).map(
    (words) => `<li class="entry">${escape(words)}</li>`,
  );
  return {
    id: "inventory",
    title: "Every resource",
    body: [
      ...parts
        .filter(({ part }) => part.addresses.length > 0)
        .map(({ part }) => item(part, path(part.id))),
      `<h3>Arrows</h3>`,
      `<ul>${arrows.join("\n")}</ul>`,
    ].join("\n"),
  };
}

function item(part: Card | Frame, path: readonly string[]): string {
  const list = (addresses: readonly string[]) =>
    `<ul>${addresses.map((address) => `<li><code>${escape(address)}</code></li>`).join("")}</ul>`;
  return [
    `<details class="entry" id="${partAnchor(part.id)}">`,
    `<summary><b>${escape(part.title)}</b> <span class="where">${escape(path.join(" › "))}</span></summary>`,
    list(part.addresses),
    ...(part.folded.length > 0
      ? [`<p>Folded into ${isFrame(part) ? "it" : "this card"}:</p>`, list(part.folded)]
      : []),
    `</details>`,
  ].join("\n");
}

/** Id in the page of a part of the drawing. */
export const partAnchor = (id: string) => `part-${id.replace(/[^\w.-]/g, "-")}`;

/** A file of this folder that each page contains. */
const included = (file: string) => readFileSync(join(__dirname, file), "utf8");

const palette = Object.entries(actionColours)
  .map(([action, colour]) => `.badge.${action}{background:${colour}}`)
  .join("\n");
