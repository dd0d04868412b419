/**
 * Characters that a terminal would obey instead of showing: control characters but for line feed and tab, and the
 * marks that turn the direction of the text around. Source: Unicode's categories Cc and Bidi_Control.
 */

const OBEYED = /[\0-\b\v-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Sequences that set the colours and the weight that Terraform and Docker use, and nothing that hides a text: no
 * concealment, no black, no background.
 */

const COLOUR = /(\u001b\[(?:(?:0|[1-4]|2[1-4]|3[1-7]|39|9[0-7])?(?:;(?=\d)|(?=m)))+m)/;

/**
 * A text as it can be shown: what came from elsewhere, a log line or an AWS tag, may hold sequences that
 * move a terminal's cursor, change its title or hide a line. They are shown as JSON escapes, `\u001b`,
 * so that JSON stays what it was.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(OBEYED, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same on one line. */
export function printableLine(text: string): string {
  return printable(text).replace(/\n/g, " ");
}

/** Passes on what a program prints, piece by piece: its colours as they are, all else printable. */
export function programOutput(write: (text: string) => void): (piece: string) => void {
  let held = "";
  return (piece) => {
    const text = held + piece;
    // A piece may end within a sequence.

    held = /(\r|\u001b(\[[\d;]{0,20})?)$/.exec(text)?.[0] ?? "";
    const parts = text.slice(0, text.length - held.length).split(COLOUR);
    // Every second part is a colour.
    write(parts.map((part, index) => (index % 2 === 1 ? part : printable(part))).join(""));
  };
}
