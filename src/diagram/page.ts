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
<style>${style}</style>
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
<script>${script}</script>
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

const palette = Object.entries(actionColours)
  .map(([action, colour]) => `.badge.${action}{background:${colour}}`)
  .join("\n");

const style = `
:root{--paper:#fff;--text:#18212f;--weak:#5b6675;--line:#d5dbe4;--field:#f5f7fa;--link:#1f5fbf;--old:#fdecec;--new:#e8f6ec}
@media (prefers-color-scheme:dark){:root{--paper:#10151d;--text:#eef2f7;--weak:#a3aebd;--line:#38445a;--field:#1b2330;--link:#8ab8ff;--old:#3a1c20;--new:#16301f}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:1680px;padding:0 1.5rem 4rem;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,"Segoe UI",Roboto,Arial,sans-serif}
h1{margin:1.5rem 0 0;font-size:1.6rem}
h2{margin:2.2rem 0 .6rem;font-size:1.25rem}
h3{margin:1.4rem 0 .4rem;font-size:1.05rem}
header p{margin:.1rem 0 .8rem;color:var(--weak)}
nav{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center;padding:.6rem 0;border-block:1px solid var(--line)}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem .8rem;z-index:1}
.search{margin-left:auto;color:var(--weak)}
.search input{font:inherit;padding:.25rem .5rem;min-width:16rem;border:1px solid var(--line);border-radius:6px;background:var(--field);color:var(--text)}
kbd{border:1px solid var(--line);border-radius:4px;padding:0 .3rem;font-size:.8em}
.drawing{overflow-x:auto;border:1px solid var(--line);border-radius:10px}
.drawing svg{display:block;max-width:100%;height:auto;min-width:1200px;margin:auto}
details{border:1px solid var(--line);border-radius:8px;margin:.4rem 0;padding:0 .8rem;background:var(--field)}
details[open]{padding-bottom:.6rem}
summary{cursor:pointer;padding:.45rem 0;overflow-wrap:anywhere}
.where{color:var(--weak);font-size:.9em}
code,.value{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
.long{display:block;max-height:12rem;overflow:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-top:1px solid var(--line)}
th{font-weight:600}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
td.before{background:var(--old)}
td.after{background:var(--new)}
.changes{table-layout:fixed}
.changes th:first-child{width:34%}
.changes tbody th{font-weight:400}
.hidden-value,.unknown{color:var(--weak);font-style:italic}
.badge{display:inline-block;min-width:5.2rem;text-align:center;border-radius:5px;padding:0 .5rem;color:#fff;font-size:.85em;font-weight:600;background:#5b6675}
.badge.pass{background:#1f8f4e}.badge.fail,.badge.error{background:#cc3340}.badge.unknown{background:#66707c;font-style:normal;color:#fff}
${palette}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 1rem;padding:0;list-style:none}
ul.plain{padding:0;list-style:none}
ul.plain li{margin:.25rem 0}
#price table{max-width:44rem}
#price tbody tr:last-child td{font-weight:600}
.wide{overflow-x:auto}
[hidden]{display:none!important}
@media (max-width:48rem){
body{padding:0 .8rem 3rem}
.search{margin-left:0;width:100%}
.changes,.changes tbody,.changes tr,.changes th,.changes td{display:block;width:auto!important}
.changes thead,.changes td.none{display:none}
.changes td{border:0}
.changes td::before{display:block;color:var(--weak);font-size:.85em}
.changes td.before::before{content:"before"}
.changes td.after::before{content:"after"}
}
@media print{nav,.skip{display:none}body{max-width:none;padding:0}details{break-inside:avoid}.long{max-height:none}.drawing{border:0}.drawing svg{min-width:0}}
`;

const script = `
"use strict";
const search = document.getElementById("search");
const found = document.getElementById("found");
const entries = [...document.querySelectorAll(".entry")];
const texts = entries.map((entry) => entry.textContent.toLowerCase());
const groups = [...document.querySelectorAll(".group")];
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let number = 0;
  entries.forEach((entry, index) => {
    const fits = words.every((word) => texts[index].includes(word));
    entry.hidden = !fits;
    if (fits) number += 1;
  });
  for (const group of groups) group.hidden = !group.querySelector(".entry:not([hidden])");
  found.textContent = words.length > 0 ? number + " of " + entries.length : "";
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    search.dispatchEvent(new Event("input"));
  }
});
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    at.hidden = false;
    if (at.tagName === "DETAILS") at.open = true;
  }
  target.scrollIntoView();
  (target.querySelector("summary") ?? target).focus();
}
addEventListener("hashchange", openTarget);
openTarget();
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
`;
