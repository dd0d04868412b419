import widths from "./text-widths.json";

/** How heavy text is set. */
export type Weight = "regular" | "bold";

// text-widths.json: advance widths of the characters from the space to the tilde, in hundredths of the font's size, as
// the font that pictures are drawn with has them (Inter, 400 and 600).
const FIRST = " ".charCodeAt(0);
/** Width of a character that is not listed above: wider than most. */
const OTHER = 96;

/** Width of a line of text, in the unit of its size, without kerning, which only makes it narrower. */
export function textWidth(text: string, size: number, weight: Weight = "regular"): number {
  const hundredths = [...text].reduce(
    (sum, character) => sum + (widths[weight][character.charCodeAt(0) - FIRST] ?? OTHER),
    0,
  );
  return Math.ceil((hundredths * size) / 100);
}
