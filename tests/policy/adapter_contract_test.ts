/** The contract of policies, for the embedded engine where it trains an adapter. */
import { join } from "node:path";
import { openLocalPolicy } from "../../lib/policy/mod.ts";
import type { TrainablePolicy } from "../../lib/policy/policy.ts";
import { contractSuite } from "./contract.ts";
import { inTemporaryFolder, writeTinyModel } from "./local/_fixtures.ts";

const LORA = { rank: 4, alpha: 16, train_attn: true, train_mlp: true, train_unembed: true, seed: 1 };

function withPolicy(body: (policy: TrainablePolicy) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    const weightsDir = join(folder, "weights");
    const policy = await openLocalPolicy({ model, weightsDir, lora: LORA, use: "training" });
    try {
      await body(policy);
    } finally {
      await policy.close();
    }
  });
}

contractSuite("embedded engine with an adapter", withPolicy, { adapter: true });
