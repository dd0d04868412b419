import { readFileSync } from "node:fs";

const fonts = ["400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"];

let ready: Promise<typeof import("@resvg/resvg-wasm")> | undefined;

/** The font of pictures, whatever fonts the machine has. */
export function pictureFont() {
  return {
    fontBuffers: fonts.map((file) =>
      readFileSync(require.resolve(`@expo-google-fonts/inter/${file}`)),
    ),
    defaultFontFamily: "Inter",
    sansSerifFamily: "Inter",
  };
}

/** Draws an SVG as a PNG, with the same bytes on every machine: no font of the machine is used. */
export async function png(svg: string, width?: number): Promise<Uint8Array> {
  ready ??= load();
  const { Resvg } = await ready;
  const image = new Resvg(svg, {
    ...(width && { fitTo: { mode: "width", value: width } }),
    font: pictureFont(),
  });
  return image.render().asPng();
}

async function load() {
  const resvg = await import("@resvg/resvg-wasm");
  await resvg.initWasm(readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  return resvg;
}
