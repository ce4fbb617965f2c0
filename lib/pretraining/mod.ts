/** How the bundled model was made: chats in the styles of the templates, and the run that learns from them. */
export * from "./corpus.ts";
export * from "./pretrain.ts";
export * from "./styles.ts";
export * from "./model_card.ts";
