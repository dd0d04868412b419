import { PROMPT, type Recording } from "./recording";
import { Screen } from "./screen";

/** Pixels. */
const size = { char: 8.4, line: 20, font: 14, margin: 16, bar: 12 } as const;

/** Seconds: longest wait for the next event, shortest frame, pause after a command, pause after the last one. */
const pace = { longest: 0.05, shortest: 0.3, end: 3, last: 6 } as const;

/** A picture of the whole output, from the first line to the last. */
export function still({ title, columns, events }: Recording): string {
  const screen = new Screen(columns);
  for (const [, text] of events) screen.write(text);
  const width = Math.ceil(columns * size.char) + 2 * size.margin;
  const lines = screen.text.map((text, row) => line(text, row)).join("\n");
  return picture(title, width, screen.text.length, lines);
}

/**
 * A film of a recording, as an animated SVG. Waits are shortened: nobody watches a terminal that redraws one
 * line each second for two minutes.
 */
export function film({ title, columns, rows, events }: Recording): string {
  const width = Math.ceil(columns * size.char) + 2 * size.margin;
  const frames = framesOf({ title, columns, rows, events });
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  const ids = new Map<string, string>();
  for (const text of frames.flatMap(({ lines }) => lines)) {
    if (text !== "" && !ids.has(text)) ids.set(text, `l${ids.size}`);
  }
  let passed = 0;
  const stops = frames.map(({ seconds }, index) => {
    const at = ((passed / total) * 100).toFixed(3);
    passed += seconds;
    return `${at}%{transform:translateX(${-index * width}px)}`;
  });
  const last = `translateX(${-(frames.length - 1) * width}px)`;
  const uses = frames.map(({ lines }, index) => {
    const shown = lines.flatMap((text, row) =>
      text === "" ? [] : [`<use href="#${ids.get(text)}" y="${row * size.line}"/>`],
    );
    return `<g transform="translate(${index * width} 0)">${shown.join("")}</g>`;
  });
  return picture(
    title,
    width,
    rows,
    [
      `<style>.film{animation:film ${total.toFixed(1)}s step-end infinite}@keyframes film{${stops.join("")}}`,
      `@media (prefers-reduced-motion:reduce){.film{animation:none;transform:${last}}}</style>`,
      `<defs>${[...ids].map(([text, id]) => line(text, 0, id)).join("\n")}</defs>`,
      `<g class="film">${uses.join("\n")}</g>`,
    ].join("\n"),
  );
}

interface Frame {
  readonly lines: readonly string[];
  readonly seconds: number;
}

/** The frames of a film, and how long each is shown. */
function framesOf({ columns, rows, events }: Recording): Frame[] {
  const screen = new Screen(columns);
  const frames: Frame[] = [];
  let seconds = 0;
  events.forEach(([at, text], index) => {
    screen.write(text);
    const next = events[index + 1];
    const ends = next === undefined || next[1].startsWith(PROMPT);
    const rest = next === undefined ? pace.last : pace.end;
    seconds += ends ? rest : Math.min(next[0] - at, pace.longest);
    if (seconds < pace.shortest) return;
    const lines = screen.text.slice(-rows);
    const before = frames.at(-1);
    if (before && before.lines.join("\n") === lines.join("\n")) {
      frames[frames.length - 1] = { lines, seconds: before.seconds + (ends ? seconds : 0) };
    } else frames.push({ lines, seconds });
    seconds = 0;
  });
  return frames;
}

function line(text: string, row: number, id?: string): string {
  const isCommand = text.startsWith(PROMPT);
  const attributes = [
    ...(id === undefined ? [] : [`id="${id}"`]),
    ...(isCommand ? [`class="command"`] : []),
    `y="${size.bar + size.margin + row * size.line + size.font}"`,
    `textLength="${(text.length * size.char).toFixed(1)}"`,
  ];
  return text === ""
    ? ""
    : `<text x="${size.margin}" ${attributes.join(" ")}>${escape(text)}</text>`;
}

function picture(title: string, width: number, rows: number, body: string): string {
  const height = rows * size.line + 2 * size.margin + size.bar;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">${escape(title)}</title>
<style>text{font:${size.font}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#dfe6ee;white-space:pre}.command{fill:#7ee2a8;font-weight:600}</style>
<rect width="${width}" height="${height}" rx="10" fill="#10151d"/>
<circle cx="20" cy="16" r="5" fill="#445164"/><circle cx="38" cy="16" r="5" fill="#445164"/><circle cx="56" cy="16" r="5" fill="#445164"/>
${body}
</svg>
`;
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
