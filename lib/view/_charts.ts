/** Plots as they stand in a page: the picture, and beside it the same in words for whoever does not see it. */
import { hash32 } from "../basics/mod.ts";
import type { Plot } from "../plots/mod.ts";
import { Html, markup } from "./_html.ts";

/** As wide as a page's column. */
export const CHART_WIDTH = 1160;

/** A plot in a page. @param id unique in the page */
export async function chart(id: string, plot: Plot, label: string): Promise<Html> {
  const svg = await plot.svg();
  // The picture is drawn by this program from numbers and names that the plots have made sound; it has no script.
  const named = svg.replace(/^<svg /, `<svg role="img" aria-labelledby="${id}-label" data-as="${hash32(svg)}" `);
  return markup`
    <figure id="${id}">
      <figcaption id="${id}-label" class="unseen">${label}</figcaption>
      <div class="picture">${new Html(named)}</div>
      <details id="${id}-words">
        <summary>The same in words</summary>
        <pre>${plot.text}</pre>
      </details>
    </figure>
  `;
}
