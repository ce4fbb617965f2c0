/**
 * Blocks as what a notebook shows: HTML with its pictures in it and plain text. Where both would be too large, the pictures
 * are left out first; each plot can be shown by itself.
 */
import { htmlBundle, LARGEST_BUNDLE_BYTES, type MediaBundle } from "../basics/mod.ts";
import type { Plot } from "../plots/mod.ts";
import { blocksHtml } from "./_html.ts";
import { styles } from "./_look.ts";
import { plotsIn } from "./_pictures.ts";
import { blockText } from "./_text.ts";
import { safe } from "./_writing.ts";
import type { Block } from "./document.ts";

/** Room for the pictures; the rest is for tables and text. */
const LARGEST_PICTURES = LARGEST_BUNDLE_BYTES / 2;

/**
 * What a notebook shows of blocks, under 1 MB.
 * @param pictures whether plots are drawn, rather than told in words
 */
export async function blocksBundle(blocks: readonly Block[], { pictures = true } = {}): Promise<MediaBundle> {
  const drawn = new Map<Plot, string>();
  let size = 0;
  for (const plot of pictures ? plotsIn(blocks) : []) {
    const image = `data:image/svg+xml;base64,${base64(await plot.svg())}`;
    if ((size += image.length) <= LARGEST_PICTURES) drawn.set(plot, image);
  }
  const picture = (plot: Plot, label: string) => {
    const image = drawn.get(plot);
    return image === undefined ? "" : `<img src="${image}" alt="${safe(label)}" style="max-width:100%">`;
  };
  const text = blocks.map((block) => blockText(block)).join("\n\n");
  return htmlBundle((show) => blocksHtml(blocks, { look: styles, picture, show }), text);
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
