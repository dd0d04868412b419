/** How heavy text is set. */
export type Weight = "regular" | "bold";

/**
 * Advance widths of the characters from the space to the tilde, in hundredths of the font's size, as
 * the font that pictures are drawn with has them (Inter, 400 and 600).
 */
const widths: Readonly<Record<Weight, readonly number[]>> = {
  // prettier-ignore
  regular: [
    28.1, 28.8, 46.6, 63.3, 64.2, 98.2, 64.4, 30, 36.5, 36.5, 64.5, 66.2, 28.8, 46, 28.8, 36,
    63.1, 40.7, 61, 61.8, 64.6, 59.3, 62, 58.3, 61.9, 62, 28.8, 30.2, 66.2, 66.2, 66.2, 51.1,
    96.6, 70.3, 65.4, 73, 72.2, 60.1, 59, 74.6, 74.3, 26.9, 57.1, 67.2, 56.5, 90.3, 75.3, 76.5,
    63.9, 76.5, 64.4, 64.2, 64.6, 74.4, 70.3, 100.7, 68.2, 67.9, 62.9, 36.5, 31.6, 36.5, 47.1, 45.9,
    32.3, 56.2, 61.2, 57.1, 61.2, 58.3, 33.5, 61.3, 59.1, 24.2, 24.2, 54.9, 24.2, 87.6, 59.1, 60,
    61.2, 61.2, 39.2, 52.8, 32.9, 59.1, 56.3, 81.8, 54.6, 56.3, 55.2, 42.6, 33.3, 42.6, 66.2,
  ],
  // prettier-ignore
  bold: [
    25.2, 32.1, 52.3, 64.4, 65, 100.4, 66.3, 32.6, 37.3, 37.3, 66.4, 67.3, 31.9, 46.5, 31.9, 37.9,
    66, 42.3, 62.3, 63.6, 66.6, 61.2, 64, 59.4, 64, 64, 31.9, 32.9, 67.3, 67.3, 67.3, 54.3,
    99.9, 74.1, 65.9, 73.7, 72.2, 60.5, 58.8, 74.9, 74.6, 27.7, 58, 70.3, 56.5, 92.2, 75.9, 76.9,
    64.5, 77.3, 65.2, 65, 66, 73.6, 74.1, 104, 72, 71.3, 65.2, 37.3, 33.5, 37.3, 48.1, 47.4,
    35.1, 57.4, 62.4, 58.3, 62.4, 59.1, 35.2, 62.5, 61.2, 26.2, 26.2, 56.9, 26.2, 90, 61.2, 60.9,
    62.4, 62.4, 40.7, 54.9, 34.9, 61.2, 58.8, 83.9, 56.9, 59, 56.6, 45.5, 35.9, 45.5, 67.3,
  ],
};

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
