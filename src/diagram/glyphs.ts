import type { Glyph } from "../resources/kind";

/**
 * Plain line drawings on a field of 24 by 24, our own: no icon of AWS's is shipped.
 */
export const glyphs: Readonly<Record<Glyph, string>> = {
  alarm: "M12 6a6 6 0 1 1 0 12a6 6 0 1 1 0-12M12 9v3.5l2.5 1.5M5 7l3-3M19 7l-3-3",
  archive: "M4 5h16v4H4zM5.5 9v10h13V9M10 13h4",
  bell: "M6 17h12l-1.5-2.5V11a4.5 4.5 0 0 0-9 0v3.5zM10.5 20h3M12 4v2.5",
  box: "M5 5h14v14H5z",
  bucket: "M5 6h14l-2 13H7zM5 6c0-2.5 14-2.5 14 0M7 12h10",
  chart: "M5 4v15h15M9 16v-4M13 16V8M17 16v-6",
  cylinder:
    "M5 7c0-3.5 14-3.5 14 0v10c0 3.5-14 3.5-14 0zM5 7c0 3.5 14 3.5 14 0M5 12c0 3.5 14 3.5 14 0",
  folder: "M4 6h6l2 2.5h8V18H4zM4 11h16",
  gateway: "M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16M7.5 12h9M13 8.5l3.5 3.5l-3.5 3.5",
  globe:
    "M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16M4 12h16M12 4c4.5 4.5 4.5 11.5 0 16M12 4c-4.5 4.5-4.5 11.5 0 16",
  images: "M4 8l8-4l8 4l-8 4zM4 12l8 4l8-4M4 16l8 4l8-4",
  key: "M8 12a3.5 3.5 0 1 1 0 .01M11.5 12H20M17 12v3.5M20 12v2.5",
  lines: "M5 6h14M5 10h10M5 14h14M5 18h7",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
  play: "M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16M10 8.5l6 3.5l-6 3.5z",
  plug: "M9 4v5M15 4v5M6.5 9h11v3a5.5 5.5 0 0 1-11 0zM12 17.5V21",
  shield: "M12 4l7 2.5V12c0 4-3 6.5-7 8c-4-1.5-7-4-7-8V6.5zM9 12l2.2 2.2L15.5 10",
  sliders: "M5 8h8M17 8h2M13 6h4v4h-4zM5 16h3M12 16h7M8 14h4v4H8z",
  split:
    "M4 12h5M9 12l6-6h5M9 12h11M9 12l6 6h5M17.5 4L20 6l-2.5 2M17.5 10l2.5 2l-2.5 2M17.5 16l2.5 2l-2.5 2",
  stack: "M12 3.5l7.5 4.25v8.5L12 20.5l-7.5-4.25v-8.5zM4.5 7.75L12 12l7.5-4.25M12 12v8.5",
  swap: "M4 9h14M14.5 5.5L18 9l-3.5 3.5M20 16H6M9.5 12.5L6 16l3.5 3.5",
  user: "M12 4a4 4 0 1 1 0 8a4 4 0 1 1 0-8M5 20c0-8 14-8 14 0",
};
