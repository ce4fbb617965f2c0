/** Tests, intervals and power: statistics that know nothing of reinforcement learning. */
export {};
