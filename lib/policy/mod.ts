/** Who answers: one interface, and the backends behind it. */
export * from "./policy.ts";
export * from "./open.ts";
