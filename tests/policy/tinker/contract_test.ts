/** The contract of policies, over HTTP, against the embedded engine served as a Tinker-compatible server. */
import { join } from "node:path";
import { openTinkerPolicy } from "../../../lib/policy/tinker/mod.ts";
import { serveTinker } from "../../../lib/serving/mod.ts";
import type { TrainablePolicy } from "../../../lib/policy/policy.ts";
import { contractSuite } from "../contract.ts";
import { inTemporaryFolder, writeTinyModel } from "../local/_fixtures.ts";

function withPolicy(body: (policy: TrainablePolicy) => Promise<void>): Promise<void> {
  return inTemporaryFolder(async (folder) => {
    const model = await writeTinyModel(folder);
    const server = await serveTinker({ models: [model], weightsDir: join(folder, "weights"), port: 0 });
    try {
      const connection = { apiKey: "tml-local", env: () => undefined };
      const policy = await openTinkerPolicy({ model, baseUrl: server.url, loraRank: 8, seed: 1, connection });
      try {
        await body(policy);
      } finally {
        await policy.close();
      }
    } finally {
      await server.close();
    }
  });
}

contractSuite("Tinker policy on a served engine", withPolicy, { refusesDropped: true, adapter: true });
