/** Reports of comparisons: sections that show themselves, as one page and as one notebook. */
export type * from "./document.ts";
